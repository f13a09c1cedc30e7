-- Publishes messages of one channel, all in one envelope, and appends to the history those that it keeps.
-- KEYS  meta, history, and a key for every message with an idempotency key
-- ARGV  topic, prefix, new epoch, seen epoch, seen order, lifetime, history size, history age in ms, idempotency window in ms,
--       what to remember of a message with a key besides its position, how many messages, their items, and for every further key the
--       number of its message
-- Gives epoch, top offset, top order; then for every message that was published before: its number and what was stored.

local KEPT = 1
local FIRST = 11

local size, age, window, count = ARGV[7], ARGV[8], ARGV[9], tonumber(ARGV[11])
local state = open(KEYS[1], ARGV[3], ARGV[4], ARGV[5], ARGV[6], {}, KEYS[2])
local first_order, first_offset = state.order + 1, state.offset + 1
local stamp = struct.pack('>I8', state.time)

local once = {}
for i = 3, #KEYS do
  once[tonumber(ARGV[FIRST + count + i - 2])] = KEYS[i]
end

local function append(message)
  return redis.pcall('XADD', KEYS[2], 'MAXLEN', '~', size, digits(state.offset + 1) .. '-0', 'm', stamp .. message)
end

local items, earlier = {}, {}
for i = 1, count do
  local message = ARGV[FIRST + i]
  local before = once[i] and redis.call('GET', once[i])
  if before then
    earlier[#earlier + 1] = i
    earlier[#earlier + 1] = before
  else
    local kept = string.byte(message, 1) == KEPT
    if kept then
      local added = append(message)
      if type(added) == 'table' and added.err then
        -- Only a stream that is ahead of its meta refuses an id: the two do not belong together any more.
        if not string.find(added.err, 'The ID specified', 1, true) then
          return added
        end
        redis.call('DEL', KEYS[2])
        state.epoch = ARGV[3]
        redis.call('HSET', KEYS[1], 'epoch', state.epoch)
        redis.call('XADD', KEYS[2], digits(state.offset + 1) .. '-0', 'm', stamp .. message)
      end
      state.offset = state.offset + 1
    end
    state.order = state.order + 1
    items[#items + 1] = message
    if once[i] then
      redis.call('SET', once[i], (kept and state.epoch .. digits(state.offset) or '') .. ' ' .. ARGV[10], 'PX', window)
    end
  end
end

if #items > 0 then
  publish(state, ARGV[1], ARGV[2], first_order, first_offset, items)
  if state.offset >= first_offset then
    redis.call('PEXPIRE', KEYS[2], age)
  end
end

local reply = { state.epoch, state.offset, state.order }
for i = 1, #earlier do
  reply[3 + i] = earlier[i]
end
return reply

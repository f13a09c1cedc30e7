-- Reads a channel's tops and a part of its history.
-- KEYS  meta, history
-- ARGV  new epoch, seen epoch, seen order, lifetime, history size, history age in ms (0: whatever age), limit in bytes,
--       what: last (the last n), since (all after an offset of an epoch, or none), page (some after an offset: as many as the limit
--       allows, at least one), number, epoch
-- Gives epoch, top offset, top order, failure (0 none, 1 expired, 2 epoch, 3 limit), offset of the first message, messages.

local size, age, limit = tonumber(ARGV[5]), tonumber(ARGV[6]), tonumber(ARGV[7])
local what, number = ARGV[8], tonumber(ARGV[9])
local state = open(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], {}, KEYS[2])
local reply = { state.epoch, state.offset, state.order, 0, 0 }
local CHUNK = 64

local function is_there(entry)
  local offset = tonumber(string.match(entry[1], '^%d+'))
  return offset > state.offset - size and offset <= state.offset and (age == 0 or struct.unpack('>I8', entry[2][2]) + age > state.time)
end

local function fail(why)
  return { state.epoch, state.offset, state.order, why, 0 }
end

if what == 'last' then
  local newest = {}
  if number > 0 then
    for _, entry in ipairs(redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', number)) do
      if not is_there(entry) then break end
      newest[#newest + 1] = entry[2][2]
    end
  end
  reply[5] = state.offset - #newest + 1
  for i = #newest, 1, -1 do
    reply[#reply + 1] = newest[i]
  end
  return reply
end

if ARGV[10] ~= state.epoch or number > state.offset or number < 0 then
  return fail(2)
end

reply[5] = number + 1
local bytes, next_offset = 0, number + 1
while next_offset <= state.offset do
  local entries = redis.call('XRANGE', KEYS[2], digits(next_offset) .. '-0', '+', 'COUNT', CHUNK)
  if #entries == 0 then
    return fail(1)
  end
  for _, entry in ipairs(entries) do
    if entry[1] ~= digits(next_offset) .. '-0' or not is_there(entry) then
      return fail(1)
    end
    bytes = bytes + #entry[2][2]
    if bytes > limit and (what == 'since' or next_offset > number + 1) then
      if what == 'since' then return fail(3) end
      return reply
    end
    reply[#reply + 1] = entry[2][2]
    next_offset = next_offset + 1
  end
end
return reply

-- Publishes messages of one channel, all in one envelope, and appends to the history those that it keeps. An entry's id is its offset and
-- when it was appended. (No functions, few calls and few values: this is what most of the server's time goes into.)
-- KEYS  meta, history, and a key for every message with an idempotency key
-- ARGV  topic;
--       prefix of the envelope, new epoch, seen epoch, seen order, server time, lifetime in ms, age of the history in ms, 1 when the server may be a new one;
--       server time as text; size of the history; then the messages' items.
--       With further keys, before the items: their window in ms, what to remember of their messages besides the positions, and the numbers of their
--       messages, one byte each.
-- Gives the tops; with further keys in a list, with the number of every message that was published before, and what was remembered.
local prefix, new_epoch, seen_epoch, seen_order, now = struct.unpack('>c10c8c8I8I8', ARGV[2])
local stored = redis.call('HGET', KEYS[1], 'top')
local epoch, offset, order, checked
if stored then
  epoch, offset, order, checked = struct.unpack('>c8I8I8I8', stored)
end
local lost = seen_epoch == epoch and seen_order > order
local is_renewed = not epoch or lost or string.byte(ARGV[2], 59) == 1 or math.abs(now - checked) >= 1000
if is_renewed then
  local lifetime = struct.unpack('>I8', ARGV[2], 43)
  if not epoch then
    redis.call('DEL', KEYS[2])
  end
  --include renew
end
local is_expiry_due = is_renewed or checked % 2 == 1

local first = 5
local items = ARGV
local earlier
if #KEYS > 2 then
  first = 8
  earlier = {}
  items = {}
  local once = {}
  for i = 3, #KEYS do
    once[string.byte(ARGV[7], i - 2)] = KEYS[i]
  end
  local top = offset
  for i = first, #ARGV do
    local key = once[i - first + 1]
    local known = key and redis.call('GET', key)
    if known then
      earlier[#earlier + 1] = i - first + 1
      earlier[#earlier + 1] = known
    else
      local is_kept = string.byte(ARGV[i]) == 1
      top = is_kept and top + 1 or top
      if key then
        redis.call('SET', key, (is_kept and epoch .. top or '') .. ' ' .. ARGV[6], 'PX', ARGV[5])
      end
      items[#items + 1] = ARGV[i]
    end
  end
  first = 1
end

local last = #items
local before = offset
if last >= first then
  for i = first, last do
    if string.byte(items[i]) == 1 then
      offset = offset + 1
      local added = redis.pcall('XADD', KEYS[2], 'MAXLEN', '~', ARGV[4], offset .. '-' .. ARGV[3], 'm', items[i])
      if added.err then
        -- A stream that is ahead of its meta: the two do not belong together any more.
        if not string.find(added.err, 'The ID specified', 1, true) then
          return added
        end
        epoch = new_epoch
        redis.call('DEL', KEYS[2])
        redis.call('XADD', KEYS[2], offset .. '-' .. ARGV[3], 'm', items[i])
      end
    end
  end
  order = order + last - first + 1
end

local is_expiring = is_expiry_due and offset > before
if is_expiry_due then
  checked = checked - checked % 2 + (is_expiring and 0 or 1)
end
stored = struct.pack('>c8I8I8I8', epoch, offset, order, checked)
if last >= first then
  redis.call('HSET', KEYS[1], 'top', stored)
  redis.call('PUBLISH', ARGV[1], prefix .. stored .. (last == first and items[last] or table.concat(items, '', first)))
  if is_expiring then
    redis.call('PEXPIRE', KEYS[2], (struct.unpack('>I8', ARGV[2], 51)))
  end
end
if earlier then
  table.insert(earlier, 1, stored)
  return earlier
end
return stored

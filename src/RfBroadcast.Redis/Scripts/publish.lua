-- Publishes messages of channels: those of each in one envelope, and appended to the history those that it keeps. An entry's id is its offset and
-- when it was appended. (Few calls and few values: this is what most of the server's time goes into.)
-- KEYS  of each channel in turn: meta, history, and a key for every message with an idempotency key
-- ARGV  server time as text; window of idempotency keys in ms;
--       of each channel in turn: topic;
--       prefix of the envelope, new epoch, seen epoch, seen order, server time, number of items, number of idempotency keys,
--       lifetime in ms, age of the history in ms, 1 when the server may be a new one; size of the history;
--       with idempotency keys, the numbers of their messages, one byte each, and what to remember of them besides the positions;
--       then the messages' items.
-- Gives two lists: of each channel its tops, or with idempotency keys a list of them, and the number of every message that was published before, and what was
-- remembered; and of each channel that failed, which does not keep the others back, its number and the error. (As text: not every client takes an error that
-- is a part of a reply.)
--include server
local next_key, next_argument, run = 1, 3, nil

local function publish()
  local meta, history, topic, head, size = KEYS[next_key], KEYS[next_key + 1], ARGV[next_argument], ARGV[next_argument + 1], ARGV[next_argument + 2]
  local prefix, new_epoch, seen_epoch, seen_order, now, count, once = struct.unpack('>c10c8c8I8I8BB', head)
  local first_once, numbers = next_key + 2, next_argument + 3
  local items, first = ARGV, once > 0 and numbers + 2 or numbers
  local last = first + count - 1
  next_key, next_argument = first_once + once, last + 1

  local stored = redis.call('HGET', meta, 'top')
  local epoch, offset, order, its_server, checked
  if stored then
    epoch, offset, order, its_server, checked = struct.unpack('>c8I8I8I2I6', stored)
  end
  local lost = seen_epoch == epoch and seen_order > order
  local is_renewed = not epoch or lost or string.byte(head, 61) == 1 or its_server ~= server or math.abs(now - checked) >= 1000
  if is_renewed then
    local lifetime = struct.unpack('>I8', head, 45)
    if not epoch then
      redis.call('DEL', history)
    end
    --include renew
  end
  local is_expiry_due = is_renewed or checked % 2 == 1

  local earlier
  if once > 0 then
    earlier, items = {}, {}
    local keys = {}
    for i = 1, once do
      keys[string.byte(ARGV[numbers], i)] = KEYS[first_once + i - 1]
    end
    local top = offset
    for i = 1, count do
      local item, key = ARGV[first + i - 1], keys[i]
      local known = key and redis.call('GET', key)
      if known then
        earlier[#earlier + 1] = i
        earlier[#earlier + 1] = known
      else
        local is_kept = string.byte(item) == 1
        top = is_kept and top + 1 or top
        if key then
          redis.call('SET', key, (is_kept and epoch .. top or '') .. ' ' .. ARGV[numbers + 1], 'PX', ARGV[2])
        end
        items[#items + 1] = item
      end
    end
    first, last = 1, #items
  end

  local before = offset
  if last >= first then
    for i = first, last do
      if string.byte(items[i]) == 1 then
        offset = offset + 1
        local added = redis.pcall('XADD', history, 'MAXLEN', '~', size, offset .. '-' .. ARGV[1], 'm', items[i])
        if added.err then
          -- A stream that is ahead of its meta: the two do not belong together any more.
          if not string.find(added.err, 'The ID specified', 1, true) then
            return added
          end
          epoch = new_epoch
          redis.call('DEL', history)
          redis.call('XADD', history, offset .. '-' .. ARGV[1], 'm', items[i])
        end
      end
    end
    order = order + last - first + 1
  end

  local is_expiring = is_expiry_due and offset > before
  if is_expiry_due then
    checked = checked - checked % 2 + (is_expiring and 0 or 1)
  end
  stored = struct.pack('>c8I8I8I2I6', epoch, offset, order, server, checked)
  if last >= first then
    redis.call('HSET', meta, 'top', stored)
    redis.call('PUBLISH', topic, prefix .. stored .. (last == first and items[last] or table.concat(items, '', first, last)))
    if is_expiring then
      redis.call('PEXPIRE', history, (struct.unpack('>I8', head, 53)))
    end
  end
  if earlier then
    table.insert(earlier, 1, stored)
    return earlier
  end
  return stored
end

local replies, failures = {}, {}
while next_key <= #KEYS do
  local is_done, reply = pcall(publish)
  local failure = not is_done and reply or type(reply) == 'table' and reply.err
  if failure then
    failures[#failures + 1] = #replies + 1
    failures[#failures + 1] = type(failure) == 'table' and failure.err or failure
    reply = false
  end
  replies[#replies + 1] = reply
end
return { replies, failures }

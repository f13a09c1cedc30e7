-- Publishes messages of channels: those of each in one envelope, and appended to the history those that it keeps. An entry's id is its offset and
-- when it was appended. (Few calls and few values: this is what most of the server's time goes into.)
-- KEYS  of each channel in turn: meta, history, and a key for every message with an idempotency key
-- ARGV  server time in ms as text; window of idempotency keys in ms; prefix of the envelopes, and a new epoch;
--       heads of all channels in turn: number of items, number of idempotency keys, flags (1: the server may be a new one, 2: something was seen),
--       size of the history, lifetime in ms, age of the history in ms, seen epoch, seen order;
--       of each channel in turn: topic;
--       with idempotency keys, the numbers of their messages, one byte each, and what to remember of them besides the positions;
--       then the messages' items.
-- Gives two lists: of each channel its tops, or with idempotency keys a list of them, and the number of every message that was published before, and what was
-- remembered; and of each channel that failed, which does not keep the others back, its number and the error. (As text: not every client takes an error that
-- is a part of a reply.)
--include server
local KEYS, ARGV, call, unpack, byte, format = KEYS, ARGV, redis.call, struct.unpack, string.byte, string.format
-- The stream drops whole nodes (of 4 KB, or 100 entries): looking at it for every entry that is smaller would be for nothing.
local TRIM_EVERY, LARGE = 16, 256
local HEAD_LENGTH, SERVER_IS_NEW, SEEN = 43, 1, 2

local next_key, next_argument, next_head, run = 1, 5, 1, nil
local now, id, heads = tonumber(ARGV[1]), '%d-' .. ARGV[1], ARGV[4]
local prefix, new_epoch = unpack('>c10c8', ARGV[3])

local function publish()
  local meta, history, topic, head = KEYS[next_key], KEYS[next_key + 1], ARGV[next_argument], next_head
  local count, once, flags = byte(heads, head, head + 2)
  local first_once, numbers = next_key + 2, next_argument + 1
  local items, first = ARGV, once > 0 and numbers + 2 or numbers
  local last = first + count - 1
  next_key, next_argument, next_head = first_once + once, last + 1, head + HEAD_LENGTH

  local stored = call('HGET', meta, 'top')
  local epoch, offset, order, its_server, checked
  if stored and #stored == 32 then
    epoch, offset, order, its_server, checked = unpack('>c8I8I8I2I6', stored)
  end
  local lost
  if flags >= SEEN then
    local seen_epoch, seen_order = unpack('>c8I8', heads, head + 27)
    lost = seen_epoch == epoch and seen_order > order
  end
  local is_renewed = not epoch or lost or flags % SEEN == SERVER_IS_NEW or its_server ~= server or now - checked >= 1000 or checked - now >= 1000
  if is_renewed then
    local lifetime = unpack('>I8', heads, head + 11)
    if not epoch then
      call('DEL', history)
    end
    --include renew
  end
  local is_expiry_due = is_renewed or checked % 2 == 1

  local earlier
  if once > 0 then
    earlier, items = {}, {}
    local keys = {}
    for i = 1, once do
      keys[byte(ARGV[numbers], i)] = KEYS[first_once + i - 1]
    end
    local top = offset
    for i = 1, count do
      local item, key = ARGV[first + i - 1], keys[i]
      local known = key and call('GET', key)
      if known then
        earlier[#earlier + 1] = i
        earlier[#earlier + 1] = known
      else
        local is_kept = byte(item) == 1
        top = is_kept and top + 1 or top
        if key then
          call('SET', key, (is_kept and epoch .. top or '') .. ' ' .. ARGV[numbers + 1], 'PX', ARGV[2])
        end
        items[#items + 1] = item
      end
    end
    first, last = 1, #items
  end

  local before = offset
  if last >= first then
    for i = first, last do
      local item = items[i]
      if byte(item) == 1 then
        offset = offset + 1
        local added
        if #item >= LARGE or offset % TRIM_EVERY == 0 then
          added = redis.pcall('XADD', history, 'MAXLEN', '~', unpack('>I8', heads, head + 3), format(id, offset), 'm', item)
        else
          added = redis.pcall('XADD', history, format(id, offset), 'm', item)
        end
        if added.err then
          -- A stream that is ahead of its meta: the two do not belong together any more.
          if not string.find(added.err, 'The ID specified', 1, true) then
            error(added)
          end
          epoch = new_epoch
          call('DEL', history)
          call('XADD', history, format(id, offset), 'm', item)
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
    call('HSET', meta, 'top', stored)
    call('PUBLISH', topic, prefix .. stored .. (last == first and items[last] or table.concat(items, '', first, last)))
    if is_expiring then
      call('PEXPIRE', history, (unpack('>I8', heads, head + 19)))
    end
  end
  if earlier then
    table.insert(earlier, 1, stored)
    return earlier
  end
  return stored
end

local keys, replies, failures, number = #KEYS, {}, {}, 0

local function publish_rest()
  while next_key <= keys do
    number = number + 1
    replies[number] = publish()
  end
end

while next_key <= keys do
  local is_done, fault = pcall(publish_rest)
  if not is_done then
    failures[#failures + 1] = number
    failures[#failures + 1] = type(fault) == 'table' and fault.err or fault
    replies[number] = false
  end
end
return { replies, failures }

-- Reads a channel's tops and a part of its history.
-- KEYS  meta, history
-- ARGV  (open.lua); history size, history age in ms (0: whatever age), limit in bytes,
--       what: last (the last n), since (all after an offset of an epoch, or none), page (some after an offset: as many as the limit
--       allows, at least one); number, epoch
-- Gives tops, failure (0 none, 1 expired, 2 epoch, 3 limit), offset of the first message, messages.
local size, age, limit, what, number = tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], tonumber(ARGV[6])
local reply = { tops(), 0, 0 }
local CHUNK = 64

local function offset_if_there(entry)
  local its_offset, appended = string.match(entry[1], '^(%d+)-(%d+)$')
  its_offset = tonumber(its_offset)
  return its_offset > offset - size and its_offset <= offset and (age == 0 or appended + age > now) and its_offset
end

local function fail(why)
  return { reply[1], why, 0 }
end

if what == 'last' then
  local newest = {}
  if number > 0 then
    for _, entry in ipairs(redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', number)) do
      if not offset_if_there(entry) then break end
      newest[#newest + 1] = entry[2][2]
    end
  end
  reply[3] = offset - #newest + 1
  for i = #newest, 1, -1 do
    reply[#reply + 1] = newest[i]
  end
  return reply
end

if ARGV[7] ~= epoch or number > offset or number < 0 then
  return fail(2)
end

reply[3] = number + 1
local bytes, next_offset = 0, number + 1
while next_offset <= offset do
  local entries = redis.call('XRANGE', KEYS[2], string.format('%.0f', next_offset), '+', 'COUNT', CHUNK)
  if #entries == 0 then
    return fail(1)
  end
  for _, entry in ipairs(entries) do
    if offset_if_there(entry) ~= next_offset then
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

-- Adds a connection of a user; doing it again changes nothing.
-- KEYS  (presence.lua); fence of the node
-- ARGV  (presence.lua); end of the node's lease (server time in ms), connection, user, info, connection that is not told
-- Gives tops, and 1 when the user became a member, 0 when it was one, -1 when the node may not join.
local lease_end, connection, user, info = tonumber(ARGV[5]), ARGV[6], ARGV[7], ARGV[8]
if now > lease_end or redis.call('EXISTS', KEYS[4]) == 1 then
  return { tops(), -1 }
end

local owner = node .. ' ' .. user
local before = redis.call('HGET', connections, connection)
local former = before and string.match(before, '^%S+ (.*)$')
if former and former ~= user then
  take_off(former)
  former = nil
end
if before ~= owner then
  redis.call('HSET', connections, connection, owner)
end

local stored = redis.call('HGET', members, user)
local count, joined, old_info = 0, time[1] * 1000000 + time[2], nil
if stored then
  count, joined = struct.unpack('>I4I8', stored)
  old_info = string.sub(stored, 13)
  if count == 0 then
    redis.call('HDEL', connections, ABSENT .. user)
  end
end
if not (former and count > 0) then
  count = count + 1
end
redis.call('HSET', members, user, struct.pack('>I4I8', count, joined) .. info)
if old_info ~= info then
  add(stored and INFO or JOINED, struct.pack('>I8', joined) .. text(ARGV[9]) .. text(user) .. info)
end
if not stored then
  redis.call('PEXPIRE', connections, lifetime)
  redis.call('PEXPIRE', members, lifetime)
end
return { publish(), stored and 0 or 1 }

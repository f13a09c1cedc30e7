-- Adds a connection of a user; doing it again changes nothing.
-- KEYS  meta, connections, members, fence of the node
-- ARGV  topic, prefix, new epoch, seen epoch, seen order, lifetime, node, end of its lease (server time in ms), connection, user, info,
--       connection that is not told
-- Gives epoch, top offset, top order, and 1 when the user became a member, 0 when it was one, -1 when the node may not join.

local node, lease_end, connection, user, info = ARGV[7], tonumber(ARGV[8]), ARGV[9], ARGV[10], ARGV[11]
local state = open(KEYS[1], ARGV[3], ARGV[4], ARGV[5], ARGV[6], { KEYS[2], KEYS[3] })
if state.time > lease_end or redis.call('EXISTS', KEYS[4]) == 1 then
  return { state.epoch, state.offset, state.order, -1 }
end

local first_order = state.order + 1
local items = {}
local owner = node .. ' ' .. user
local before = redis.call('HGET', KEYS[2], connection)
local former = before and string.match(before, '^%S+ (.*)$')
if former and former ~= user then
  items[1] = take_off(state, KEYS[2], KEYS[3], former)
  former = nil
end
if before ~= owner then
  redis.call('HSET', KEYS[2], connection, owner)
end

local stored = redis.call('HGET', KEYS[3], user)
local count, joined, old_info = 0, state.time, nil
if stored then
  count, joined = struct.unpack('>I4I8', stored)
  old_info = string.sub(stored, 13)
  if count == 0 then
    redis.call('HDEL', KEYS[2], ABSENT .. user)
  end
end
if not (former and count > 0) then
  count = count + 1
end
redis.call('HSET', KEYS[3], user, struct.pack('>I4I8', count, joined) .. info)
if old_info ~= info then
  state.order = state.order + 1
  items[#items + 1] = item(stored and INFO or JOINED, struct.pack('>I8', joined) .. text(ARGV[12]) .. text(user) .. info)
end

if #items > 0 then
  publish(state, ARGV[1], ARGV[2], first_order, state.offset + 1, items)
end
if not stored then
  redis.call('PEXPIRE', KEYS[2], ARGV[6])
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
end
return { state.epoch, state.offset, state.order, stored and 0 or 1 }

-- Takes a connection of a user off, if it is this node's; or ends an absence of the user.
-- KEYS  meta, connections, members
-- ARGV  topic, prefix, new epoch, seen epoch, seen order, lifetime, node, connection (none: it is the end of an absence), user,
--       number of the absence (none: the user leaves at once)
-- Gives epoch, top offset, top order, and 1 when the user left, 2 when the user is absent now, else 0.

local node, connection, user = ARGV[7], ARGV[8], ARGV[9]
local waiting = ARGV[10] ~= '' and node .. ' ' .. ARGV[10] .. ' ' .. user or nil
local state = open(KEYS[1], ARGV[3], ARGV[4], ARGV[5], ARGV[6], { KEYS[2], KEYS[3] })
local left
if connection == '' then
  left = end_absence(state, KEYS[2], KEYS[3], user, waiting)
elseif redis.call('HGET', KEYS[2], connection) == node .. ' ' .. user then
  redis.call('HDEL', KEYS[2], connection)
  left = take_off(state, KEYS[2], KEYS[3], user, waiting)
end

if left then
  publish(state, ARGV[1], ARGV[2], state.order, state.offset + 1, { left })
  return { state.epoch, state.offset, state.order, 1 }
end

local is_absent = connection ~= '' and waiting and redis.call('HGET', KEYS[2], ABSENT .. user) == waiting
return { state.epoch, state.offset, state.order, is_absent and 2 or 0 }

-- Takes a connection of a user off, if it is this node's; or ends an absence of the user.
-- KEYS  (presence.lua)
-- ARGV  (presence.lua); connection (none: it is the end of an absence), user, number of the absence (none: the user leaves at once)
-- Gives tops, and 1 when the user left, 2 when the user is absent now, else 0.
local connection, user = ARGV[5], ARGV[6]
local waiting = ARGV[7] ~= '' and node .. ' ' .. ARGV[7] .. ' ' .. user or nil
local is_absent = false
if connection == '' then
  end_absence(user, waiting)
else
  if redis.call('HGET', connections, connection) == node .. ' ' .. user then
    redis.call('HDEL', connections, connection)
    take_off(user, waiting)
  end
  -- Also when this is the second attempt, and the first has done it.
  is_absent = waiting and redis.call('HGET', connections, ABSENT .. user) == waiting
end
return { publish(), #items > 0 and 1 or is_absent and 2 or 0 }

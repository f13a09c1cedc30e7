-- Takes all connections of a dead node off a channel, and ends the absences it waited for. A fence keeps the node from joining anybody there, should
-- it wake up.
-- KEYS  (presence.lua); fence of the node
-- ARGV  (presence.lua); how long the fence stands in ms
-- Gives tops, and how many users left.
local owner = node .. ' '
redis.call('SET', KEYS[4], '', 'PX', ARGV[5])
local all = redis.call('HGETALL', connections)
for i = 1, #all, 2 do
  local field, value = all[i], all[i + 1]
  if string.sub(value, 1, #owner) == owner then
    if string.sub(field, 1, 1) == ABSENT then
      end_absence(string.sub(field, 2), value)
    else
      redis.call('HDEL', connections, field)
      take_off(string.sub(value, #owner + 1))
    end
  end
end
return { publish(), #items }

-- Takes all connections of a dead node off a channel, and ends the absences it waited for. A fence keeps the node from joining anybody there, should
-- it wake up.
-- KEYS  meta, connections, members, fence of the node
-- ARGV  topic, prefix, new epoch, seen epoch, seen order, lifetime, node, how long the fence stands in ms
-- Gives epoch, top offset, top order, and how many users left.

local owner = ARGV[7] .. ' '
redis.call('SET', KEYS[4], '', 'PX', ARGV[8])
local state = open(KEYS[1], ARGV[3], ARGV[4], ARGV[5], ARGV[6], { KEYS[2], KEYS[3] })
local first_order = state.order + 1
local items = {}
local connections = redis.call('HGETALL', KEYS[2])
for i = 1, #connections, 2 do
  local field, value = connections[i], connections[i + 1]
  if string.sub(value, 1, #owner) == owner then
    if string.sub(field, 1, 1) == ABSENT then
      items[#items + 1] = end_absence(state, KEYS[2], KEYS[3], string.sub(field, 2), value)
    else
      redis.call('HDEL', KEYS[2], field)
      items[#items + 1] = take_off(state, KEYS[2], KEYS[3], string.sub(value, #owner + 1))
    end
  end
end
if #items > 0 then
  publish(state, ARGV[1], ARGV[2], first_order, state.offset + 1, items)
end
return { state.epoch, state.offset, state.order, #items }

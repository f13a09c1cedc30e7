-- What joining, leaving and sweeping share. Members are counted: nothing here looks through the connections. Of a connection the hash has
-- "node user". A user whose last connection has closed is still a member, with a count of 0, during the grace period; then the hash has, under the
-- user's name after a mark, "node number user": which node waits for the user, and for which absence.

local JOINED, LEFT, INFO = 3, 4, 5
local ABSENT = '\1'

local function member_count(stored)
  return (struct.unpack('>I4', stored))
end

local function with_count(stored, count)
  return struct.pack('>I4', count) .. string.sub(stored, 5)
end

-- Ends a membership; gives the item of the leave.
local function remove(state, connections, members, user)
  redis.call('HDEL', members, user)
  redis.call('HDEL', connections, ABSENT .. user)
  state.order = state.order + 1
  return item(LEFT, text(user))
end

-- Takes one connection off a user. After the last one the user leaves, and the item of that is given; or is absent, when waiting is what
-- to note of it.
local function take_off(state, connections, members, user, waiting)
  local stored = redis.call('HGET', members, user)
  if not stored then
    return nil
  end
  local count = member_count(stored) - 1
  if count <= 0 and not waiting then
    return remove(state, connections, members, user)
  end
  redis.call('HSET', members, user, with_count(stored, math.max(count, 0)))
  if count <= 0 then
    redis.call('HSET', connections, ABSENT .. user, waiting)
  end
  return nil
end

-- Ends an absence, if it is still the same one; gives the item of the leave.
local function end_absence(state, connections, members, user, waiting)
  if redis.call('HGET', connections, ABSENT .. user) ~= waiting then
    return nil
  end
  redis.call('HDEL', connections, ABSENT .. user)
  local stored = redis.call('HGET', members, user)
  return stored and member_count(stored) == 0 and remove(state, connections, members, user) or nil
end

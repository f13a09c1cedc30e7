-- What joining, leaving and sweeping share. Members are counted: nothing here looks through the connections. Of a connection the hash has
-- "node user". A user whose last connection has closed is still a member, with a count of 0, during the grace period; then the hash has, under the
-- user's name after a mark, "node number user": which node waits for the user, and for which absence.
-- KEYS  meta, connections, members
-- ARGV  (open.lua); topic, prefix of the envelope, node
local JOINED, LEFT, INFO = 3, 4, 5
local ABSENT = '\1'

local connections, members, node = KEYS[2], KEYS[3], ARGV[4]
local items = {}
if is_renewed then
  redis.call('PEXPIRE', connections, lifetime)
  redis.call('PEXPIRE', members, lifetime)
end

-- An item of the envelope (Envelope.cs); it has the next order.
local function add(kind, body)
  order = order + 1
  items[#items + 1] = struct.pack('>BI4', kind, #body) .. body
end

local function text(value)
  return struct.pack('>I2', #value) .. value
end

-- Publishes the items; gives the tops.
local function publish()
  local after = tops()
  if #items > 0 then
    redis.call('HSET', KEYS[1], 'top', after)
    redis.call('PUBLISH', ARGV[2], ARGV[3] .. after .. table.concat(items))
  end
  return after
end

local function member_count(stored)
  return (struct.unpack('>I4', stored))
end

local function with_count(stored, count)
  return struct.pack('>I4', count) .. string.sub(stored, 5)
end

-- Ends a membership.
local function remove(user)
  redis.call('HDEL', members, user)
  redis.call('HDEL', connections, ABSENT .. user)
  add(LEFT, text(user))
end

-- Takes one connection off a user. After the last one the user leaves; or is absent, when waiting is what to note of it.
local function take_off(user, waiting)
  local stored = redis.call('HGET', members, user)
  if not stored then
    return
  end
  local count = member_count(stored) - 1
  if count <= 0 and not waiting then
    remove(user)
    return
  end
  redis.call('HSET', members, user, with_count(stored, math.max(count, 0)))
  if count <= 0 then
    redis.call('HSET', connections, ABSENT .. user, waiting)
    redis.call('PEXPIRE', connections, lifetime) -- it may be the first field again
  end
end

-- Ends an absence, if it is still the same one.
local function end_absence(user, waiting)
  if redis.call('HGET', connections, ABSENT .. user) ~= waiting then
    return
  end
  redis.call('HDEL', connections, ABSENT .. user)
  local stored = redis.call('HGET', members, user)
  if stored and member_count(stored) == 0 then
    remove(user)
  end
end

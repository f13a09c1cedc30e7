-- Renews a node's lease, or ends it, and finds nodes to be swept. Of a node the set has the end of its lease; of one that is to be swept the
-- time from which on, as a negative number. A lease that has ended is renewed, or becomes such a number, never both.
-- KEYS  nodes
-- ARGV  node, lease in ms, lifetime, what: begin, renew, or end (the node is to be swept when the lease has gone by),
--       1 to find leases that have ended. (Not when this node's own has: whatever kept it from renewing it, Redis perhaps, may have kept the others.)
-- Gives the server's time, 1 when the lease stands and 0 when it was lost, and the nodes to be swept.

local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local node, lease, what = ARGV[1], tonumber(ARGV[2]), ARGV[4]

local function set(name, score)
  redis.call('ZADD', KEYS[1], string.format('%.0f', score), name)
end

local stored = redis.call('ZSCORE', KEYS[1], node)
if what ~= 'begin' and (not stored or tonumber(stored) < 0) then
  return { now, 0 }
end

redis.call('PEXPIRE', KEYS[1], ARGV[3])
if what == 'end' then
  set(node, -(now + lease))
  return { now, 1 }
end

set(node, now + lease)
if ARGV[5] == '1' and stored and tonumber(stored) >= now then
  for _, ended in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(0', string.format('(%.0f', now))) do
    set(ended, -now)
  end
end

local reply = { now, 1 }
for _, due in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], string.format('%.0f', -now), '(0')) do
  reply[#reply + 1] = due
end
return reply

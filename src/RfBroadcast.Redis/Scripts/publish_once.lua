-- Publishes an envelope of a channel that is not ordered, unless it was published before.
-- KEYS  the idempotency key
-- ARGV  topic, envelope, the same envelope without its message (its sequence number is used up), window in ms,
--       what to remember
-- Gives what was remembered when it was published before; nothing when it was published now.

local before = redis.call('GET', KEYS[1])
if before then
  redis.call('PUBLISH', ARGV[1], ARGV[3])
  return before
end

redis.call('SET', KEYS[1], ARGV[5], 'PX', ARGV[4])
redis.call('PUBLISH', ARGV[1], ARGV[2])
return false

-- Adds channels to the list of those that a node has joins on, before the first join there.
-- KEYS  the node's list
-- ARGV  lifetime in ms; names as they stand in the list, 1,000 at most
redis.call('SADD', KEYS[1], unpack(ARGV, 2))
redis.call('PEXPIRE', KEYS[1], ARGV[1])

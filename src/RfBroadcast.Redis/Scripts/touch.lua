-- Tells where a channel stands, and keeps its keys from going.
-- KEYS  meta, connections, members
-- ARGV  (open.lua)
-- Gives the tops.
redis.call('PEXPIRE', KEYS[1], lifetime)
redis.call('PEXPIRE', KEYS[2], lifetime)
redis.call('PEXPIRE', KEYS[3], lifetime)
return tops()

-- Reads a channel's tops and its members.
-- KEYS  meta, members
-- ARGV  (open.lua)
-- Gives tops; then for every member: user, what is stored.
local reply = redis.call('HGETALL', KEYS[2])
table.insert(reply, 1, tops())
return reply

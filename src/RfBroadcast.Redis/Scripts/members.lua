-- Reads a channel's tops and its members.
-- KEYS  meta, connections, members
-- ARGV  new epoch, seen epoch, seen order, lifetime
-- Gives epoch, top offset, top order; then for every member: user, what is stored.

local state = open(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], { KEYS[2], KEYS[3] })
local members = redis.call('HGETALL', KEYS[3])
local reply = { state.epoch, state.offset, state.order }
for i = 1, #members do
  reply[3 + i] = members[i]
end
return reply

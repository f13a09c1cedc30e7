-- Tells where a channel stands, and renews the lifetimes of its keys.
-- KEYS  meta, connections, members
-- ARGV  new epoch, seen epoch, seen order, lifetime
-- Gives epoch, top offset, top order.

local state = open(KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], { KEYS[2], KEYS[3] })
return { state.epoch, state.offset, state.order }

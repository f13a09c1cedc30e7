-- What every script of a channel begins with, but publish.lua, which is in a hurry.
-- KEYS[1]  meta: the hash with the channel's tops (epoch, top offset, top order, which server, when it was last compared) and the server's run
-- ARGV[1]  new epoch, seen epoch, seen order, lifetime in ms, 1 when the server may be a new one
-- "Compared" is a time in ms; it is odd when it was renewed here, so that publish.lua, which alone knows whether there is a history, sees to its expiry.
-- The server is compared at most once a second; whenever it is not the one of the tops, or may be a new one; and whenever a node has seen an order above
-- the top in the same epoch: then the store has lost it.
--include server
local new_epoch, seen_epoch, seen_order, lifetime, flags = struct.unpack('>c8c8I8I8B', ARGV[1])
local meta, run = KEYS[1], nil
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local stored = redis.call('HGET', meta, 'top')
local epoch, offset, order, its_server, checked
if stored and #stored == 32 then
  epoch, offset, order, its_server, checked = struct.unpack('>c8I8I8I2I6', stored)
end
local lost = seen_epoch == epoch and seen_order > order
local is_renewed = not epoch or lost or flags == 1 or its_server ~= server or math.abs(now - checked) >= 1000
if is_renewed then
  --include renew
  checked = checked - checked % 2 + 1
  redis.call('HSET', meta, 'top', struct.pack('>c8I8I8I2I6', epoch, offset, order, server, checked))
end

local function tops()
  return struct.pack('>c8I8I8I2I6', epoch, offset, order, server, checked)
end

-- Which server this is: one that starts, or becomes the master, takes a new name for its data. Two bytes of the name are in a channel's tops, so that
-- a channel that another server has served last is compared, however short a time ago that was.
local replication = redis.call('INFO', 'replication')
local server = tonumber(string.match(replication, 'master_replid:(%x%x%x%x)') or '0', 16)

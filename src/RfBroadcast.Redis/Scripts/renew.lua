-- Compares the server with the one that gave out the channel's last order, and keeps its meta from going. Nothing of the channel (or nothing that
-- these scripts have written), or another server, or one that lost some of it: a new epoch, in which offsets and orders go on rising.
-- (The run alone would not do: a server that was a replica meanwhile has another one's data. The name of the data alone would not do either: a server
-- changes it, without any loss, when it gets its first replica.)
run = run or (string.match(redis.call('INFO', 'server'), 'run_id:(%x+)') or '') .. (string.match(replication, 'master_replid2:(%x+)') or '')
if not epoch then
  epoch, offset, order = new_epoch, 0, 0
  redis.call('HSET', meta, 'run', run)
elseif lost or redis.call('HGET', meta, 'run') ~= run then
  epoch = new_epoch
  redis.call('HSET', meta, 'run', run)
end
checked = now
redis.call('PEXPIRE', meta, lifetime)

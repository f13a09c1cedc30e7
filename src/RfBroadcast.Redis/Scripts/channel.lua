-- What every script of a channel begins with. A channel's meta has its epoch, its top offset, its top order (of all that a script
-- publishes), the run id of the server that gave them out, and when that was last compared.

local function digits(number)
  return string.format('%.0f', number)
end

local function milliseconds()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function run_id()
  return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
end

-- Opens a channel: makes its epoch, or a new one when the store has lost something. It has when a node has seen an order above
-- the top (seen, under the same epoch), or when another server than before answers: a replica may not have had the last ones.
-- Orders and offsets go on rising under the new epoch. The server is compared, and lifetimes renewed, at most once a second.
-- renewed: keys whose lifetimes are renewed with that of the meta. history: what is of no use without the meta; or nil.
local function open(meta, new_epoch, seen_epoch, seen_order, lifetime, renewed, history)
  local stored = redis.call('HMGET', meta, 'epoch', 'offset', 'order', 'run', 'checked')
  local state = { meta = meta, time = milliseconds() }
  if not stored[1] then
    if history then
      redis.call('DEL', history)
    end
    state.epoch, state.offset, state.order = new_epoch, 0, 0
    redis.call('HSET', meta, 'epoch', new_epoch, 'offset', '0', 'order', '0', 'run', run_id(), 'checked', digits(state.time))
    redis.call('PEXPIRE', meta, lifetime)
    return state
  end

  state.epoch, state.offset, state.order = stored[1], tonumber(stored[2]), tonumber(stored[3])
  local lost = seen_epoch == state.epoch and tonumber(seen_order) > state.order
  local age = state.time - tonumber(stored[5])
  if lost or age >= 1000 or age < 0 then
    local run = run_id()
    if lost or run ~= stored[4] then
      state.epoch = new_epoch
    end
    redis.call('HSET', meta, 'epoch', state.epoch, 'run', run, 'checked', digits(state.time))
    redis.call('PEXPIRE', meta, lifetime)
    for i = 1, #renewed do
      redis.call('PEXPIRE', renewed[i], lifetime)
    end
  end
  return state
end

-- One item of an envelope (Envelope.cs).
local function item(kind, body)
  return struct.pack('>BI4', kind, #body) .. body
end

local function text(value)
  return struct.pack('>I2', #value) .. value
end

-- Publishes items whose orders and offsets were given out, and keeps the tops.
local function publish(state, topic, prefix, first_order, first_offset, items)
  redis.call('HSET', state.meta, 'offset', digits(state.offset), 'order', digits(state.order))
  redis.call('PUBLISH', topic, prefix .. struct.pack('>I8I8', first_order, first_offset) .. state.epoch .. table.concat(items))
end

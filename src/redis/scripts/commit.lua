-- The atomic step of an owner. KEYS: state, mailbox, outbox, pending, view, view text, open requests, processes.
-- ARGV: node, epoch, token, chat, dirty channel, then steps: name, number of arguments, arguments.
-- Steps that need memory come first: a Redis out of memory refuses the first write and nothing has changed.
-- 1 | -1 lease lost
local state, mailbox, outbox, pending, view, view_text, open, processes = unpack(KEYS)
local node, epoch, token, chat, dirty = unpack(ARGV)

if not holds(state, node, epoch) then
  return -1
end
if redis.call('HGET', state, 'ct') == token then
  return 1
end
redis.call('HSET', state, 'ct', token)

local told = {}
local steps = {}

function steps.op(body, ends)
  append_op(outbox, state, pending, chat, body, ends)
  told.d = true
  if ends ~= '' then
    redis.call('HSET', state, 'le', ends)
    if redis.call('HGET', view, 's') == ends then
      redis.call('DEL', view, view_text)
    end
  end
end

function steps.put(field, value)
  redis.call('HSET', state, field, value)
end

function steps.cut(field)
  redis.call('HDEL', state, field)
end

function steps.process(value, ms)
  redis.call('HSET', state, 'p', value, 'pn', node)
  redis.call('SADD', processes, chat)
  redis.call('PEXPIRE', processes, ms)
end

function steps.noprocess()
  redis.call('HDEL', state, 'p', 'pn')
  redis.call('SREM', processes, chat)
end

function steps.keep(key, value, ms)
  redis.call('SET', key, value, 'PX', ms)
end

function steps.log(key, index, entry, ms, most)
  local at = now()
  local oldest = text(at - tonumber(ms))
  redis.call('XADD', key, '*', 'l', entry)
  redis.call('XTRIM', key, 'MINID', oldest)
  redis.call('XTRIM', key, 'MAXLEN', most)
  redis.call('PEXPIRE', key, ms)
  redis.call('ZADD', index, text(at), chat)
  redis.call('ZREMRANGEBYSCORE', index, '-inf', oldest)
  redis.call('PEXPIRE', index, ms)
end

function steps.ask(key, number, record)
  redis.call('HSET', key, 'rec', record, 'state', 'pending')
  redis.call('ZADD', open, number, number)
end

function steps.settle(key, number, to, ms)
  local from = redis.call('HGET', key, 'state')
  if from == 'pending' or from == 'answering' then
    redis.call('HSET', key, 'state', to)
    redis.call('HDEL', key, 'rby', 'rname', 'runtil')
    redis.call('PEXPIRE', key, ms)
  end
  redis.call('ZREM', open, number)
end

function steps.view(json, slot, item, content, ms)
  redis.call('DEL', view, view_text)
  redis.call('HSET', view, 'v', json, 's', slot)
  redis.call('PEXPIRE', view, ms)
  if item ~= '' then
    redis.call('HSET', view, 'i', item)
    redis.call('SET', view_text, content, 'PX', ms)
  end
  if redis.call('HGET', state, 'le') == slot then
    redis.call('HDEL', state, 'le')
  end
  told.l = true
end

function steps.endview()
  local slot = redis.call('HGET', view, 's')
  if slot then
    redis.call('HSET', state, 'le', slot)
  end
  redis.call('DEL', view, view_text)
end

function steps.ack(...)
  redis.call('XDEL', mailbox, ...)
end

local at = 6
while at <= #ARGV do
  local count = tonumber(ARGV[at + 1])
  steps[ARGV[at]](unpack(ARGV, at + 2, at + 1 + count))
  at = at + 2 + count
end
for what in pairs(told) do
  redis.call('PUBLISH', dirty, what .. chat)
end
return 1

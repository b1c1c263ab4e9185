-- Gives a chat back unless mail is unread. KEYS: state, mailbox, scheduled. ARGV: node, epoch, chat.
-- 1 released | 0 mail is unread | -1 lease lost
local state, mailbox, scheduled = unpack(KEYS)
local node, epoch, chat = unpack(ARGV)

if not holds(state, node, epoch) then
  local lease = redis.call('HMGET', state, 'own', 'ep')
  -- Nobody took it since: our own release, sent again after a lost reply.
  return (not lease[1] and lease[2] == epoch) and 1 or -1
end
if redis.call('XLEN', mailbox) > 0 then
  return 0
end
-- An empty stream would go on holding a 4 KB node.
redis.call('DEL', mailbox)
redis.call('HDEL', state, 'own', 'exp', 'ct', 'vt', 'le')
redis.call('ZREM', scheduled, chat)
return 1

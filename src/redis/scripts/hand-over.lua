-- Gives a chat to whoever serves its pool now, mail or not. KEYS: state, scheduled. ARGV: node, epoch, chat.
-- 1 | -1 lease lost
local state = KEYS[1]
if not holds(state, ARGV[1], ARGV[2]) then
  local lease = redis.call('HMGET', state, 'own', 'ep')
  -- Nobody took it since: our own call, sent again after a lost reply.
  return (not lease[1] and lease[2] == ARGV[2]) and 1 or -1
end
redis.call('HDEL', state, 'own', 'exp', 'ct', 'vt', 'le')
redis.call('ZADD', KEYS[2], text(now()), ARGV[3])
return 1

-- Frees a chat whose home does not answer. KEYS: state, scheduled. ARGV: chat. 1 | 0 its owner lives
local expires = redis.call('HGET', KEYS[1], 'exp')
if expires and tonumber(expires) > now() then
  return 0
end
redis.call('HDEL', KEYS[1], 'hn')
redis.call('ZADD', KEYS[2], 'NX', text(now()), ARGV[1])
return 1

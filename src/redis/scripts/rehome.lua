-- Frees a chat whose home does not answer. KEYS: state, scheduled, homes, workers. ARGV: chat.
-- 1 | 0 its owner, or the machine of its home, lives
local expires = redis.call('HGET', KEYS[1], 'exp')
if expires and tonumber(expires) > now() then
  return 0
end
local home = redis.call('HGET', KEYS[1], 'hn')
local node = home and redis.call('HGET', KEYS[3], home)
local lives = node and redis.call('ZSCORE', KEYS[4], node)
if lives and tonumber(lives) > now() then
  return 0
end
redis.call('HDEL', KEYS[1], 'hn')
redis.call('ZADD', KEYS[2], 'NX', text(now()), ARGV[1])
return 1

-- Frees a chat that nobody goes on with. KEYS: state, scheduled, workers. ARGV: chat, nodes that would go on with it.
-- 1 | 0 its owner, or one of these nodes, lives
local expires = redis.call('HGET', KEYS[1], 'exp')
if expires and tonumber(expires) > now() then
  return 0
end
for index = 2, #ARGV do
  local lives = redis.call('ZSCORE', KEYS[3], ARGV[index])
  if lives and tonumber(lives) > now() then
    return 0
  end
end
redis.call('HDEL', KEYS[1], 'hn')
redis.call('ZADD', KEYS[2], 'NX', text(now()), ARGV[1])
return 1

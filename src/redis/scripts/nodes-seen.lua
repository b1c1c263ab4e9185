-- Notes that a node lives, and answers which were seen lately. KEYS: nodes. ARGV: member ('' none), lately ms, forgotten after ms.
local at = now()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', text(at - tonumber(ARGV[3])))
if ARGV[1] ~= '' then
  redis.call('ZADD', KEYS[1], text(at), ARGV[1])
end
return redis.call('ZRANGEBYSCORE', KEYS[1], text(at - tonumber(ARGV[2])), '+inf')

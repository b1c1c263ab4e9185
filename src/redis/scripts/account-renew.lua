-- KEYS: account lease. ARGV: node, epoch, ttl. 1 | 0 lost
if not holds(KEYS[1], ARGV[1], ARGV[2]) then
  return 0
end
redis.call('HSET', KEYS[1], 'exp', text(now() + tonumber(ARGV[3])))
return 1

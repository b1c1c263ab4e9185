-- A worker tells that it lives. KEYS: workers, about, homes.
-- ARGV: node, ms it counts as living, ms it is remembered, home, about.
local workers, about, homes = unpack(KEYS)
local node, ttl, keep, home = unpack(ARGV)
local at = now()

for _, gone in ipairs(redis.call('ZRANGEBYSCORE', workers, '-inf', text(at - tonumber(keep)))) do
  redis.call('ZREM', workers, gone)
  forget_homes(homes, gone)
end
redis.call('ZADD', workers, text(at + tonumber(ttl)), node)
redis.call('SET', about, ARGV[5], 'PX', text(tonumber(ttl) + tonumber(keep)))
if redis.call('HGET', homes, home) ~= node then
  -- The home it had before is nobody's: its chats are free.
  forget_homes(homes, node)
  redis.call('HSET', homes, home, node)
end
return 1

-- A gateway tells that it lives, or leaves. KEYS: gateways, about.
-- ARGV: node, ms it counts as living, ms it is remembered, about ('' it leaves).
local gateways, about = unpack(KEYS)
local node, ttl, keep, told = unpack(ARGV)
local at = now()

redis.call('ZREMRANGEBYSCORE', gateways, '-inf', text(at - tonumber(keep)))
if told == '' then
  redis.call('ZREM', gateways, node)
  redis.call('DEL', about)
  return 1
end
redis.call('ZADD', gateways, text(at + tonumber(ttl)), node)
redis.call('SET', about, told, 'PX', text(tonumber(ttl) + tonumber(keep)))
return 1

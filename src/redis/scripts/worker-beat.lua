-- A worker tells that it lives. KEYS: workers, about, homes. Homes of workers that are forgotten.
-- ARGV: node, ms it counts as living, ms it is remembered, home, about.
local workers, about, homes = unpack(KEYS)
local node, ttl, keep, home = unpack(ARGV)
local at = now()

local forgotten = {}
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', workers, '-inf', text(at - tonumber(keep)))) do
  redis.call('ZREM', workers, gone)
  for _, lost in ipairs(forget_homes(homes, gone)) do
    forgotten[#forgotten + 1] = lost
  end
end
redis.call('ZADD', workers, text(at + tonumber(ttl)), node)
redis.call('SET', about, ARGV[5], 'PX', text(tonumber(ttl) + tonumber(keep)))
if redis.call('HGET', homes, home) ~= node then
  -- The home it had before is nobody's: its chats are free.
  forget_homes(homes, node)
  redis.call('HSET', homes, home, node)
end
return forgotten

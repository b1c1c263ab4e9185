-- The running view unless an operation that ends it stands in the outbox. KEYS: view, view text, outbox, slots, state.
-- {} | {view, open item, open text, address, slots, anchor, end of a lease nobody took over, or nil}
-- ARGV: ms after which that counts.
local running = redis.call('HMGET', KEYS[1], 'v', 's', 'i')
if not running[1] then
  return {}
end
for _, entry in ipairs(redis.call('XRANGE', KEYS[3], '-', '+')) do
  if entry[2][3] == 'e' and entry[2][4] == running[2] then
    return {}
  end
end
local place = redis.call('HMGET', KEYS[5], 'addr', 'an', 'exp')
local silent = place[3] and tonumber(place[3]) + tonumber(ARGV[1]) < now() and place[3]
return { running[1], running[3], redis.call('GET', KEYS[2]), place[1], redis.call('HGETALL', KEYS[4]), place[2], silent }

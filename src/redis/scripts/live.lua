-- The running view unless an operation that ends it stands in the outbox. KEYS: view, view text, outbox, slots, state.
-- {} | {view, open item, open text, address, slots, anchor}
local running = redis.call('HMGET', KEYS[1], 'v', 's', 'i')
if not running[1] then
  return {}
end
for _, entry in ipairs(redis.call('XRANGE', KEYS[3], '-', '+')) do
  if entry[2][3] == 'e' and entry[2][4] == running[2] then
    return {}
  end
end
local place = redis.call('HMGET', KEYS[5], 'addr', 'an')
return { running[1], running[3], redis.call('GET', KEYS[2]), place[1], redis.call('HGETALL', KEYS[4]), place[2] }

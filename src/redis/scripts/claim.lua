-- Takes a chat and reads everything its owner needs. KEYS: state, scheduled, view, view text, open requests, homes.
-- ARGV: node, ttl, chat, request prefix, moved prefix, state ms, home.
-- {0, held ms} | {2} its conversation lies in another home | {1, epoch, binding, process, turn, waiting, view, open item, open text, requests}
local state, scheduled, view, view_text, open, homes = unpack(KEYS)
local node, ttl, chat, requests, moved, state_ms, own_home = unpack(ARGV)

local home = home_of(state, homes)
if home and home ~= own_home then
  return { 2 }
end

local taken = take_lease(state, node, ttl)
if taken[1] == 0 then
  return taken
end
redis.call('HDEL', state, 'ct', 'vt')
redis.call('ZADD', scheduled, text(now()), chat)
redis.call('PEXPIRE', state, state_ms)
local address = redis.call('HGET', state, 'addr')
if address then
  redis.call('PEXPIRE', moved .. address, state_ms)
end

local records = {}
for _, number in ipairs(redis.call('ZRANGE', open, 0, -1)) do
  records[#records + 1] = read_request(requests .. number)
end
local fields = redis.call('HMGET', state, 'b', 'p', 't', 'w')
local running = redis.call('HMGET', view, 'v', 'i')
return {
  1, taken[2], fields[1], fields[2], fields[3], fields[4],
  running[1], running[2], redis.call('GET', view_text), records,
}

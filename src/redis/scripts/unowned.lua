-- Flagged chats without a living lease, longest flagged first; each is offered again only after as long a wait.
-- KEYS: scheduled. ARGV: chat prefix, state suffix, older than ms, limit.
local at = now()
local result = {}
for _, chat in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', text(at - tonumber(ARGV[3])))) do
  local expires = redis.call('HGET', ARGV[1] .. chat .. ARGV[2], 'exp')
  if not expires or tonumber(expires) <= at then
    result[#result + 1] = chat
    redis.call('ZADD', KEYS[1], text(at), chat)
    if #result >= tonumber(ARGV[4]) then
      break
    end
  end
end
return result

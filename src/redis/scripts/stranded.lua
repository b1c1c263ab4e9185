-- Flagged chats without a living lease. KEYS: scheduled, homes. ARGV: chat prefix, state suffix, limit.
-- Per chat: chat, home or nil, binding or nil.
local at = now()
local result = {}
for _, chat in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  local state = ARGV[1] .. chat .. ARGV[2]
  local expires = redis.call('HGET', state, 'exp')
  if not expires or tonumber(expires) <= at then
    result[#result + 1] = { chat, home_of(state, KEYS[2]), redis.call('HGET', state, 'b') }
    if #result >= tonumber(ARGV[3]) then
      break
    end
  end
end
return result

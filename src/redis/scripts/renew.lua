-- Extends leases. KEYS: state and mailbox of each chat. ARGV: node, ttl, then the epoch of each chat.
-- Per chat: unacked mail, or -1 when the lease is lost.
local result = {}
local expires = text(now() + tonumber(ARGV[2]))
for index = 1, #KEYS / 2 do
  local state, mailbox = KEYS[2 * index - 1], KEYS[2 * index]
  if holds(state, ARGV[1], ARGV[2 + index]) then
    redis.call('HSET', state, 'exp', expires)
    result[index] = redis.call('XLEN', mailbox)
  else
    result[index] = -1
  end
end
return result

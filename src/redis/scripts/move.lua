-- A chat is reached at a new address. ARGV: from, to, chat prefix, state suffix, moved prefix, state ms.
local from, to, chat_prefix, state_suffix, moved, state_ms = unpack(ARGV)
local chat = redis.call('GET', moved .. from) or from
local state = chat_prefix .. chat .. state_suffix
if chat == to then
  redis.call('HDEL', state, 'addr')
  return 1
end
redis.call('HSET', state, 'addr', to)
redis.call('PEXPIRE', state, state_ms)
redis.call('SET', moved .. to, chat, 'PX', state_ms)
return 1

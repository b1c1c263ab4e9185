-- Shows the live frame of a slot, or ends it. KEYS: frame, running. ARGV: chat, slot, json (empty: it ends), channel, ms.
local frame, running = unpack(KEYS)
local chat, slot, json, heard, ms = unpack(ARGV)

local head = '{"kind":"frame","chat":"' .. chat .. '","slot":"' .. slot .. '"'
if json == '' then
  if redis.call('HGET', frame, 'slot') == slot then
    redis.call('DEL', frame)
    redis.call('SREM', running, chat)
  end
  redis.call('PUBLISH', heard, head .. '}')
else
  redis.call('HSET', frame, 'slot', slot, 'json', json)
  redis.call('PEXPIRE', frame, ms)
  redis.call('SADD', running, chat)
  redis.call('PUBLISH', heard, head .. ',"frame":' .. json .. '}')
end
return 1

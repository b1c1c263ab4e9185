-- Writes what is new in a running view. KEYS: state, view, view text.
-- ARGV: node, epoch, token, chat, dirty channel, view ('' unchanged), slot, open item ('' none), text, '1' when the
-- text replaces what was appended before, ms.
-- 1 | -1 lease lost
local state, view, view_text = unpack(KEYS)
local node, epoch, token, chat, dirty, json, slot, item, content, reset, ms = unpack(ARGV)

if not holds(state, node, epoch) then
  return -1
end
if redis.call('HGET', state, 'vt') == token then
  return 1
end
local running = redis.call('HGET', view, 's')
if json ~= '' then
  -- A turn that ended has no frames any more, whatever comes late.
  if redis.call('HGET', state, 'le') == slot then
    return 1
  end
  if running ~= slot then
    redis.call('DEL', view, view_text)
  end
  redis.call('HSET', view, 'v', json, 's', slot)
elseif not running then
  return 1
end
redis.call('HSET', state, 'vt', token)
if item ~= '' then
  if reset == '' and redis.call('HGET', view, 'i') == item then
    redis.call('APPEND', view_text, content)
  else
    redis.call('HSET', view, 'i', item)
    redis.call('SET', view_text, content)
  end
end
redis.call('PEXPIRE', view, ms)
redis.call('PEXPIRE', view_text, ms)
redis.call('PUBLISH', dirty, 'l' .. chat)
return 1

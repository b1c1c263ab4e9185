-- Stores one mail once. KEYS: dedupe, mailbox, state, scheduled.
-- ARGV: token, dedupe ms, cap for mail of its kind, mail, facts, chat, doorbell prefix, state ms,
-- anchor ('' none: the one before stays).
-- 'dup' | 'full' | 'live' | 'wake' | 'queued'
local dedupe, mailbox, state, scheduled = unpack(KEYS)
local token, dedupe_ms, cap, mail, facts, chat, doorbell, state_ms, anchor = unpack(ARGV)

local seen = redis.call('GET', dedupe)
if seen == token then
  -- Our own call, sent again after a lost reply: it is stored; whether the wake-up was added nobody knows.
  local told = ring(state, scheduled, chat, doorbell)
  return told == 'live' and told or 'wake'
end
if seen then
  return 'dup'
end
if redis.call('XLEN', mailbox) >= tonumber(cap) then
  return 'full'
end
redis.call('SET', dedupe, token, 'PX', dedupe_ms)
append_mail(mailbox, state, mail)
redis.call('HSET', state, 'f', facts)
if anchor ~= '' then
  redis.call('HSET', state, 'an', anchor)
end
redis.call('HDEL', state, 'gone')
redis.call('PEXPIRE', state, state_ms)
return ring(state, scheduled, chat, doorbell)

-- pending → answering, the answer as mail, and a line for the audit. KEYS: request, reservation, mailbox, state,
-- scheduled, audit, dedupe of the message that answers (absent for a tap).
-- ARGV: token, person, by, answer, mail up to its time, number, chat, doorbell prefix, request prefix, dedupe ms,
-- audit line, audit lines at most.
-- {'taken', ring} | {'seen'} | {'late', request} | {'reserved', name} | {'unknown'}
local request, reservation, mailbox, state, scheduled, audit, dedupe = unpack(KEYS)
local token, person, by, answer, mail, number, chat, doorbell, requests, dedupe_ms, line, lines = unpack(ARGV)

if redis.call('HGET', request, 'tok') == token then
  return { 'taken', 'wake' }
end
if dedupe and redis.call('EXISTS', dedupe) == 1 then
  return { 'seen' }
end
local verdict = refused(request, person)
if verdict then
  return verdict
end
local at = text(now())
redis.call('HSET', request, 'state', 'answering', 'ans', answer, 'by', by, 'at', at, 'tok', token)
append_mail(mailbox, state, mail .. at .. '}')
redis.call('XADD', audit, 'MAXLEN', '~', lines, '*', 'l', line)
redis.call('HDEL', request, 'rby', 'rname', 'runtil')
if redis.call('HGET', reservation, 'n') == number then
  end_reservation(reservation, requests, person)
end
if dedupe then
  redis.call('SET', dedupe, token, 'PX', dedupe_ms)
end
return { 'taken', ring(state, scheduled, chat, doorbell) }

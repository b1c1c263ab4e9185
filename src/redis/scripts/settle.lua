-- pending → answering, and the answer as mail. KEYS: request, reservation, mailbox, state, scheduled.
-- ARGV: token, person, by, answer, mail up to its time, number, chat, doorbell prefix, request prefix.
-- {'taken', ring} | {'late', request} | {'reserved', name} | {'unknown'}
local request, reservation, mailbox, state, scheduled = unpack(KEYS)
local token, person, by, answer, mail, number, chat, doorbell, requests = unpack(ARGV)

if redis.call('HGET', request, 'tok') == token then
  return { 'taken', 'wake' }
end
local verdict = refused(request, person)
if verdict then
  return verdict
end
local at = text(now())
redis.call('HSET', request, 'state', 'answering', 'ans', answer, 'by', by, 'at', at, 'tok', token)
append_mail(mailbox, state, mail .. at .. '}')
redis.call('HDEL', request, 'rby', 'rname', 'runtil')
if redis.call('HGET', reservation, 'n') == number then
  end_reservation(reservation, requests, person)
end
return { 'taken', ring(state, scheduled, chat, doorbell) }

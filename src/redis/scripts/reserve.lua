-- Holds a request for a person's typed text. KEYS: request, reservation.
-- ARGV: person, name, number, question ('' none), ms, request prefix. Verdicts as in settle.lua.
local request, reservation = unpack(KEYS)
local person, name, number, question, ms, requests = unpack(ARGV)

local verdict = refused(request, person)
if verdict then
  return verdict
end
end_reservation(reservation, requests, person)
redis.call('HSET', request, 'rby', person, 'rname', name, 'runtil', text(now() + tonumber(ms)))
redis.call('HSET', reservation, 'n', number, 'q', question)
redis.call('PEXPIRE', reservation, ms)
return { 'taken' }

-- Counts a try before it is compared. KEYS: tries, claims, owners. ARGV: account, window ms, allowed tries.
-- The open code, or nil: locked, none open, or the service has an owner.
local tries = redis.call('INCR', KEYS[1])
if tries == 1 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
if tries > tonumber(ARGV[3]) or redis.call('SCARD', KEYS[3]) > 0 then
  return false
end
return redis.call('HGET', KEYS[2], ARGV[1])

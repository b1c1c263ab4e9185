-- Makes a person the owner. KEYS: owners, claims, tries, claimed. ARGV: account, code (compared before), person, ms.
if redis.call('EXISTS', KEYS[4]) == 1 then
  return 1
end
if redis.call('SCARD', KEYS[1]) > 0 or redis.call('HGET', KEYS[2], ARGV[1]) ~= ARGV[2] then
  return 0
end
redis.call('SET', KEYS[4], '1', 'PX', ARGV[4])
redis.call('SADD', KEYS[1], ARGV[3])
redis.call('DEL', KEYS[2], KEYS[3])
return 1

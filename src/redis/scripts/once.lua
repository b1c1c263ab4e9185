-- KEYS: dedupe. ARGV: token, ms. 1 the first time (a repetition of the same call included), else 0.
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return 1
end
return redis.call('GET', KEYS[1]) == ARGV[1] and 1 or 0

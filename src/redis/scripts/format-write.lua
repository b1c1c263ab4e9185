-- Keeps the migration's lock and, where `n` is given, writes the format. KEYS: lock, format.
-- ARGV: token, lock ms (0: gives it up), n ('' none), by. 1 | 0 another node has the lock
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[3] ~= '' then
  redis.call('HSET', KEYS[2], 'n', ARGV[3], 'by', ARGV[4])
end
if ARGV[2] == '0' then
  redis.call('DEL', KEYS[1])
else
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 1

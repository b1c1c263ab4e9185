-- Removes an operation. KEYS: account lease, outbox, progress, pending. ARGV: node, epoch, op, chat.
-- 1 | -1 lease lost
if not holds(KEYS[1], ARGV[1], ARGV[2]) then
  return -1
end
redis.call('XDEL', KEYS[2], ARGV[3])
if redis.call('HGET', KEYS[3], 'op') == ARGV[3] then
  redis.call('DEL', KEYS[3])
end
if redis.call('XLEN', KEYS[2]) == 0 then
  redis.call('DEL', KEYS[2], KEYS[3])
  redis.call('SREM', KEYS[4], ARGV[4])
end
return 1

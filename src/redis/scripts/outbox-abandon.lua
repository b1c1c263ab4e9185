-- Drops everything queued for a chat that cannot be written to. KEYS: account lease, outbox, progress, pending, state.
-- ARGV: node, epoch, chat, reason, state ms. 1 | -1 lease lost
if not holds(KEYS[1], ARGV[1], ARGV[2]) then
  return -1
end
redis.call('HSET', KEYS[5], 'gone', ARGV[4])
redis.call('PEXPIRE', KEYS[5], ARGV[5])
redis.call('DEL', KEYS[2], KEYS[3])
redis.call('SREM', KEYS[4], ARGV[3])
return 1

-- Appends a service note. KEYS: note, outbox, state, pending. ARGV: ms, chat, body, dirty channel, state ms, button ms,
-- then key and record of each button.
if not redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) then
  return 1
end
append_op(KEYS[2], KEYS[3], KEYS[4], ARGV[2], ARGV[3], '')
redis.call('PEXPIRE', KEYS[3], ARGV[5])
for index = 7, #ARGV, 2 do
  redis.call('SET', ARGV[index], ARGV[index + 1], 'PX', ARGV[6])
end
redis.call('PUBLISH', ARGV[4], 'd' .. ARGV[2])
return 1

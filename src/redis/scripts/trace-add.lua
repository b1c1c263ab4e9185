-- Appends lines to the ring of a watched chat. KEYS: ring. ARGV: ttl, most lines, source, then number, line.
-- Sent twice, a line stands there twice under one number: whoever reads skips it.
local ring = KEYS[1]
local ttl, most, source = unpack(ARGV)
for at = 4, #ARGV, 2 do
  redis.call('XADD', ring, 'MAXLEN', most, '*', 's', source, 'n', ARGV[at], 'l', ARGV[at + 1])
end
redis.call('PEXPIRE', ring, ttl)
return 1

-- Before ('begin') or after ('done') a call of the first operation.
-- KEYS: account lease, progress, slots, outbox. ARGV: node, epoch, what, op, calls, slot ('' none), message, slot ms, slot cap,
-- reference of a refused part ('' none).
-- 1 | -1 lease lost
local lease, progress, slots, outbox = unpack(KEYS)
local node, epoch, what, op, calls, slot, message, slot_ms, slot_cap, refused = unpack(ARGV)

if not holds(lease, node, epoch) then
  return -1
end
if #redis.call('XRANGE', outbox, op, op) > 0 then
  local known = redis.call('HMGET', progress, 'op', 'calls', 'tries', 'inflight', 'at')
  local same = known[1] == op and known[2] == calls
  if known[1] ~= op then
    redis.call('HDEL', progress, 'ref')
  end
  local tries = same and tonumber(known[3]) or 0
  if what == 'begin' then
    local at = same and known[4] == '1' and known[5] or text(now())
    redis.call('HSET', progress, 'op', op, 'calls', calls, 'inflight', '1', 'tries', text(tries + 1), 'at', at)
  else
    redis.call('HSET', progress, 'op', op, 'calls', calls, 'inflight', '0', 'tries', '0')
  end
  if refused ~= '' then
    redis.call('HSET', progress, 'ref', refused)
  end
end
if slot ~= '' then
  remember(slots, slot, message, slot_ms, slot_cap)
end
return 1

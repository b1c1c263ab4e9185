-- KEYS: account lease, slots. ARGV: node, epoch, slot, message, slot ms, slot cap. 1 | -1 lease lost
if not holds(KEYS[1], ARGV[1], ARGV[2]) then
  return -1
end
remember(KEYS[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6])
return 1

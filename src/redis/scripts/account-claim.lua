-- KEYS: account lease. ARGV: node, ttl. {1, epoch} | {0, held ms}
return take_lease(KEYS[1], ARGV[1], ARGV[2])

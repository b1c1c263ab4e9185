-- KEYS: reservation. ARGV: request prefix, person. {} | {number, question}
return end_reservation(KEYS[1], ARGV[1], ARGV[2]) or {}

-- Ends what a person was asked to type, if anything. KEYS: reservation. ARGV: request prefix, person.
end_reservation(KEYS[1], ARGV[1], ARGV[2])
return 1

-- Where a chat belongs. KEYS: state, homes. {home or nil, binding or nil}
return { home_of(KEYS[1], KEYS[2]), redis.call('HGET', KEYS[1], 'b') }

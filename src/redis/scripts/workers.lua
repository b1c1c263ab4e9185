-- Workers heard of lately. KEYS: workers. ARGV: prefix of the keys that tell about them.
-- Per worker: node, ms it still counts as living (0 or less: since when it does not), until when, about or nil.
local at = now()
local result = {}
local all = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
for index = 1, #all, 2 do
  local until_ms = tonumber(all[index + 1])
  local about = redis.call('GET', ARGV[1] .. all[index])
  result[#result + 1] = { all[index], text(until_ms - at), text(until_ms), about }
end
return result

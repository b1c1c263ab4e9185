-- Adds or changes an entry of a transcript. {entry} | {} when there is none to change.
-- KEYS: entries, order, frame, key of this write, then of the account: count, changes, chats, titles, previews, times,
-- running, pending.
-- ARGV: chat, id (empty: a new one), body, title, preview (empty: as it was), slot whose frame it ends or empty,
-- 'pending' or empty, channel, key ms, chat ms, entries at most, changes at most, chats at most.
local entries, order, frame, key, count, changes, chats, titles, previews, times, running, pending = unpack(KEYS)
local chat, id, body, title, preview, ends, keep, heard, key_ms, chat_ms, most, most_changes, most_chats = unpack(ARGV)

local fresh = id == ''
if fresh then
  local known = redis.call('GET', key)
  if known then
    return { redis.call('HGET', entries, known) }
  end
elseif redis.call('HEXISTS', entries, id) == 0 then
  return {}
end

local seq = text(redis.call('HINCRBY', count, 'seq', 1))
if fresh then
  id = seq
  redis.call('SET', key, id, 'PX', key_ms)
end
local entry = '{"chat":"' .. chat .. '","id":"' .. id .. '","seq":' .. seq .. ',"body":' .. body .. '}'
redis.call('HSET', entries, id, entry)
redis.call('ZADD', order, id, id)
redis.call('ZADD', changes, seq, chat .. ' ' .. id)
redis.call('ZADD', chats, seq, chat)
redis.call('HSET', times, chat, text(now()))
if title ~= '' then
  redis.call('HSETNX', titles, chat, title)
end
if preview ~= '' then
  redis.call('HSET', previews, chat, preview)
end
if keep == 'pending' then
  redis.call('SADD', pending, chat .. ' ' .. id)
end
if ends ~= '' and redis.call('HGET', frame, 'slot') == ends then
  redis.call('DEL', frame)
  redis.call('SREM', running, chat)
end

for _, old in ipairs(redis.call('ZRANGE', order, 0, -1 - tonumber(most))) do
  redis.call('HDEL', entries, old)
  redis.call('ZREM', order, old)
  redis.call('ZREM', changes, chat .. ' ' .. old)
end
local trimmed = redis.call('ZRANGE', changes, 0, -1 - tonumber(most_changes), 'WITHSCORES')
for index = 1, #trimmed, 2 do
  redis.call('ZREM', changes, trimmed[index])
  redis.call('HSET', count, 'trimmed', trimmed[index + 1])
end
for _, old in ipairs(redis.call('ZRANGE', chats, 0, -1 - tonumber(most_chats))) do
  redis.call('ZREM', chats, old)
  redis.call('HDEL', titles, old)
  redis.call('HDEL', previews, old)
  redis.call('HDEL', times, old)
end
redis.call('PEXPIRE', entries, chat_ms)
redis.call('PEXPIRE', order, chat_ms)
redis.call('PUBLISH', heard, '{"kind":"entry","entry":' .. entry .. '}')
return { entry }

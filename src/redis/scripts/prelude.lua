-- Shared by every script. Payloads are opaque strings: nothing here reads JSON.
-- Time is the server's alone, so that nodes with different clocks agree on leases.

local function now()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local function text(number)
  return string.format('%.0f', number)
end

-- The next id of a stream whose last id is kept in `field`: grows even if the stream was deleted or the clock went back.
local function next_id(state, field)
  local at, sequence = now(), 0
  local last = redis.call('HGET', state, field)
  if last then
    local ms, n = string.match(last, '^(%d+)%-(%d+)$')
    if tonumber(ms) >= at then
      at, sequence = tonumber(ms), tonumber(n) + 1
    end
  end
  local id = text(at) .. '-' .. text(sequence)
  redis.call('HSET', state, field, id)
  return id
end

-- True while `node` holds the lease in `key` with this epoch.
local function holds(key, node, epoch)
  local lease = redis.call('HMGET', key, 'own', 'ep')
  return lease[1] == node and lease[2] == epoch
end

-- Tells the owner of a chat about new mail, or flags the chat: 'live', 'wake' (flagged, or its owner died) or 'queued'.
local function ring(state, scheduled, chat, doorbell)
  local lease = redis.call('HMGET', state, 'own', 'exp')
  if lease[1] and tonumber(lease[2]) > now() then
    redis.call('PUBLISH', doorbell .. lease[1], chat)
    return 'live'
  end
  -- A dead owner's chat is flagged already; its next owner need not wait for the sweeper.
  if redis.call('ZADD', scheduled, 'NX', text(now()), chat) == 1 or lease[1] then
    return 'wake'
  end
  return 'queued'
end

local function append_mail(mailbox, state, mail)
  redis.call('XADD', mailbox, next_id(state, 'li'), 'm', mail)
end

-- `ends` is the slot whose live frame the operation ends, or empty.
local function append_op(outbox, state, pending, chat, body, ends)
  redis.call('SADD', pending, chat)
  local id = next_id(state, 'lo')
  if ends == '' then
    redis.call('XADD', outbox, id, 'b', body)
  else
    redis.call('XADD', outbox, id, 'b', body, 'e', ends)
  end
end

-- Takes a lease: {1, epoch} or {0, ms the holder's lease still lives}. A node may retake its own.
local function take_lease(key, node, ttl)
  local lease = redis.call('HMGET', key, 'own', 'exp')
  local at = now()
  if lease[1] and lease[1] ~= node and tonumber(lease[2]) > at then
    return { 0, tonumber(lease[2]) - at }
  end
  local epoch = redis.call('HINCRBY', key, 'ep', 1)
  redis.call('HSET', key, 'own', node, 'exp', text(at + tonumber(ttl)))
  return { 1, epoch }
end

-- The Codex home a chat's conversation lies in, while somebody is known to have it.
local function home_of(state, homes)
  local home = redis.call('HGET', state, 'hn')
  return home and redis.call('HEXISTS', homes, home) == 1 and home
end

-- The homes a node has had; they are nobody's from now on.
local function forget_homes(homes, node)
  local forgotten = {}
  local all = redis.call('HGETALL', homes)
  for index = 1, #all, 2 do
    if all[index + 1] == node then
      redis.call('HDEL', homes, all[index])
      forgotten[#forgotten + 1] = all[index]
    end
  end
  return forgotten
end

local request_fields = { 'rec', 'state', 'ans', 'by', 'at' }

local function read_request(key)
  return redis.call('HMGET', key, unpack(request_fields))
end

-- Verdict on a request that a person wants to answer or reserve, or nil when it is theirs to take.
local function refused(key, person)
  local request = redis.call('HMGET', key, 'state', 'rby', 'rname', 'runtil')
  if not request[1] then
    return { 'unknown' }
  end
  if request[1] ~= 'pending' then
    return { 'late', read_request(key) }
  end
  if request[2] and request[2] ~= person and tonumber(request[4]) > now() then
    return { 'reserved', request[3] }
  end
  return nil
end

-- Ends what a person was asked to type, if anything: {number, question} or nil.
local function end_reservation(reservation, requests, person)
  local held = redis.call('HMGET', reservation, 'n', 'q')
  if not held[1] then
    return nil
  end
  redis.call('DEL', reservation)
  local key = requests .. held[1]
  if redis.call('HGET', key, 'rby') == person then
    redis.call('HDEL', key, 'rby', 'rname', 'runtil')
  end
  return held
end

-- Keeps where a message of ours ended up; drops slots past their time, then the oldest above the cap.
local function remember(slots, slot, message, ms, cap)
  local at = now()
  redis.call('HSET', slots, slot, text(at) .. ' ' .. message)
  redis.call('PEXPIRE', slots, ms)
  local all = redis.call('HGETALL', slots)
  local kept = {}
  for index = 1, #all, 2 do
    local since = tonumber(string.match(all[index + 1], '^%d+'))
    if since < at - tonumber(ms) then
      redis.call('HDEL', slots, all[index])
    else
      kept[#kept + 1] = { since, all[index] }
    end
  end
  if #kept > tonumber(cap) then
    table.sort(kept, function(a, b) return a[1] < b[1] end)
    for index = 1, #kept - tonumber(cap) do
      redis.call('HDEL', slots, kept[index][2])
    end
  end
end

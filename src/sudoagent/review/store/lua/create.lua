-- ARGV: 4 id, 5 nonce, 6 digest, 7 created_at, 8 expires_at, 9 quorum, 10 deny_quorum,
--       11 asker number, 12 sealed request, 13 cap in all, 14 cap per asker, 15 held-back field,
--       16 the id of the ended request whose idempotency key this one takes over, or ''.
-- KEYS: 9 the idempotency key's hash, when there is one, 10 the ended request, when there is one.
local id, nonce, digest, expires_at = ARGV[4], ARGV[5], ARGV[6], tonumber(ARGV[8])
local asker, cap_total, cap_asker = ARGV[11], tonumber(ARGV[13]), tonumber(ARGV[14])
local once = KEYS[9]

local function count_live(ids, limit)
  local live = 0
  for _, member in ipairs(ids) do
    -- ZADD XX INCR 0 reads a score or says that there is none: ZSCORE is not among our permissions.
    local deadline = tonumber(redis.call('ZADD', pending, 'XX', 'INCR', 0, member) or 0)
    if deadline > now then live = live + 1 end
  end
  return live >= limit
end

local function is_capped()
  if redis.call('ZCARD', pending) >= cap_total then
    local live = redis.call('ZRANGEBYSCORE', pending, '(' .. string.format('%.0f', now), '+inf',
                            'LIMIT', 0, cap_total)
    if #live >= cap_total then return true end
  end
  local own = redis.call('ZRANGEBYSCORE', askers, asker, asker, 'LIMIT', 0, cap_total)
  return #own >= cap_asker and count_live(own, cap_asker)
end

-- Only what ended without an answer gives its key away, and to one successor.
local function gives_way(bound_to)
  if bound_to ~= ARGV[16] then return false end
  local state = redis.pcall('HGET', KEYS[10], 'state')
  return state == 'expired' or state == 'cancelled'
end

-- Counted per hour, once per request: a repeated command must not count twice.
local function hold_back()
  local field = ARGV[15]
  if redis.call('HSETNX', held, 'since', now) == 1 then
    redis.call('PEXPIREAT', held, now + 3600000)
  end
  if redis.call('HGET', held, 'last') ~= id then
    redis.call('HSET', held, 'last', id)
    redis.call('HINCRBY', held, 'count' .. field, 1)
    redis.call('PUBLISH', channel, 'held_back')
  end
  return {'held_back', tonumber(redis.call('HGET', held, 'count' .. field))}
end

local stored = redis.call('HGET', request, 'nonce')
if stored then return {(stored == nonce) and 'created' or 'conflict'} end
if once then
  local bound = redis.call('HMGET', once, 'request', 'digest')
  if bound[1] and not gives_way(bound[1]) then return {'bound', bound[1], bound[2]} end
end
if is_frozen() then return {'frozen', redis.call('HGET', freeze, 'reason') or ''} end
if expires_at <= now then return {'expired'} end
if is_capped() then return hold_back() end

redis.call('HSET', request, 'v', version, 'id', id, 'state', 'pending', 'sealed', ARGV[12],
           'nonce', nonce, 'digest', digest, 'created_at', ARGV[7], 'expires_at', ARGV[8],
           'quorum', ARGV[9], 'deny_quorum', ARGV[10], 'approvals', 0, 'denies', 0, 'revision', 1)
redis.call('PEXPIREAT', request, expires_at + retention)
if once then
  redis.call('HSET', once, 'v', version, 'request', id, 'digest', digest)
  redis.call('PEXPIREAT', once, expires_at + retention)
end
extend_horizon(expires_at + retention)
index(pending, expires_at, id, 'NX')
index(askers, asker, id, 'NX')
return {'created'}

-- Shared by every script. KEYS[1..7] are the namespace's own keys, KEYS[8] is the request where
-- there is one. ARGV[1..3] are the hints channel, the schema version and the retention in ms.
local pending, askers, repaints, late = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local meta, freeze, held, request = KEYS[5], KEYS[6], KEYS[7], KEYS[8]
local channel, version, retention = ARGV[1], ARGV[2], tonumber(ARGV[3])

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- Redis 6.2 knows no allow-oom flag, but lets a script that has begun to write go on when memory is
-- full. Removing is a write that is always allowed.
local function begin_write()
  redis.call('ZREM', repaints, '')
end

-- An index outlives the longest-lived of its requests. PEXPIREAT has no GT before Redis 7.
local function index(key, score, member, mode)
  redis.call('ZADD', key, mode or 'XX', score, member)
  local horizon = redis.call('HGET', meta, 'until') or now + retention
  redis.call('PEXPIREAT', key, horizon)
end

local function extend_horizon(moment)
  local horizon = tonumber(redis.call('HGET', meta, 'until') or 0)
  if moment > horizon then
    horizon = moment
    redis.call('HSET', meta, 'until', horizon)
    for _, key in ipairs({pending, askers, repaints, late, meta}) do
      redis.call('PEXPIREAT', key, horizon)
    end
  end
end

-- The fields of the request by name, or nil when it is unknown or not written by this version.
local function load_request()
  local flat = redis.pcall('HGETALL', request)
  if flat.err or #flat == 0 then return nil end
  local fields = {}
  for i = 1, #flat, 2 do fields[flat[i]] = flat[i + 1] end
  for _, name in ipairs({'expires_at', 'quorum', 'deny_quorum', 'approvals', 'denies', 'revision'}) do
    fields[name] = tonumber(fields[name])
    if not fields[name] then return nil end
  end
  if fields.v ~= version or not fields.id or not fields.state then return nil end
  return fields
end

local function is_frozen()
  return redis.call('HGET', freeze, 'frozen') == '1'
end

-- A card that is being painted keeps its lease (NX); whoever paints it learns of the newer revision
-- when it reports back.
local function changed(id, queue)
  redis.call('HINCRBY', request, 'revision', 1)
  index(queue, now, id, 'NX')
  redis.call('PUBLISH', channel, 'request ' .. id)
end

-- The only way in which a request ends. Decisions are repainted before expiries.
local function finish(fields, state, why)
  redis.call('ZREM', pending, fields.id)
  redis.call('ZREM', askers, fields.id)
  redis.call('HSET', request, 'state', state, 'ended_at', now, 'why', why)
  fields.state = state
  changed(fields.id, (state == 'expired') and late or repaints)
end

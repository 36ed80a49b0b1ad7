-- ARGV: 4 id of the request that the grant came with, 5 by whom. KEYS: 8 the request, 9 the grant,
-- 10 the index of grants, 11 the queue of threads. Ends what the key leads to, whichever request that
-- is, and marks the request, so that nothing that comes late can bring its grant back.
begin_write()
local id, by, grant, grants = ARGV[4], ARGV[5], KEYS[9], KEYS[10]
local stood = redis.pcall('HGET', grant, 'request')
stood = type(stood) == 'string' and stood
redis.call('PEXPIREAT', grant, now - 1)
local key = string.match(grant, '[^:]+$')
redis.call('ZREM', grants, key .. ' ' .. id)
if stood then redis.call('ZREM', grants, key .. ' ' .. stood) end
local fields = load_request()
if not fields then return stood and 'revoked' or 'unknown' end
if fields.grant_ended_at then return (fields.grant_ended_by == by) and 'revoked' or 'ended' end
redis.call('HSET', request, 'grant_ended_at', now, 'grant_ended_by', by)
changed(fields.id, repaints)
index(KEYS[11], now, fields.id, 'NX')
return stood and 'revoked' or 'ended'

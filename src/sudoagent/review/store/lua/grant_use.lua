-- ARGV: 4 id of the request that the grant came with, 5 this use, a fresh id. KEYS: 8 the request,
-- 9 the grant. A call passes under a grant that stands, and is counted; nothing here proves one.
begin_write()
local id, use = ARGV[4], ARGV[5]
if is_frozen() then return {'frozen', now} end
local found = redis.pcall('HMGET', KEYS[9], 'request', 'until')
local fields = load_request()
if found[1] ~= id or not fields or fields.id ~= id or fields.state ~= 'approved' then
  return {'none', now}
end
if fields.grant_ended_at or now >= (tonumber(found[2]) or 0) then return {'none', now} end
-- The same command again, after its reply was lost, is not another use.
if redis.call('HGET', request, 'grant_last') ~= use then
  redis.call('HSET', request, 'grant_last', use)
  redis.call('HINCRBY', request, 'grant_uses', 1)
end
return {'used', now, tonumber(redis.call('HGET', request, 'grant_uses'))}

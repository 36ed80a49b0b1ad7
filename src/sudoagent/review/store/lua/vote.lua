-- ARGV: 4 nonce, 5 digest, 6 voter ("team/user"), 7 choice, 8 sealed vote, 9 until when calls like
-- this one are allowed with it (ms), or ''. KEYS: 9 the queue of threads, and with such a grant: 10 the
-- grant, 11 the index of grants.
begin_write()
local nonce, digest, voter, choice, sealed = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local fields = load_request()
if not fields then return {'unknown'} end

local function reply(kind)
  return {kind, fields.state, fields.approvals, fields.denies}
end

local earlier = fields['vote:' .. voter]
-- The same command again, after its reply was lost: the same answer.
if earlier == sealed then return reply((fields.decided_by == voter) and 'decided' or 'counted') end
if fields.nonce ~= nonce or fields.digest ~= digest then return reply('changed') end
if fields.state ~= 'pending' then
  return reply((fields.state == 'expired') and 'expired' or 'already_decided')
end
if now >= fields.expires_at then
  finish(fields, 'expired', '')
  return reply('expired')
end
if is_frozen() then return reply('frozen') end
if earlier then return reply('already_voted') end

local counter = (choice == 'approve') and 'approvals' or 'denies'
redis.call('HSET', request, 'vote:' .. voter, sealed)
index(KEYS[9], now, fields.id, 'NX')
fields[counter] = redis.call('HINCRBY', request, counter, 1)
local met = (fields.denies >= fields.deny_quorum) and 'denied'
  or (fields.approvals >= fields.quorum) and 'approved'
if not met then
  changed(fields.id, repaints)
  return reply('counted')
end
redis.call('HSET', request, 'decided_by', voter)
finish(fields, met, '')
-- With the verdict or not at all. What was revoked before it was known stays revoked.
local ends = tonumber(ARGV[9])
if met == 'approved' and ends and ends > now and not fields.grant_ended_at then
  redis.call('HSET', KEYS[10], 'v', version, 'request', fields.id, 'until', ends)
  redis.call('PEXPIREAT', KEYS[10], ends)
  redis.call('HSET', request, 'grant_until', ends)
  index(KEYS[11], ends, string.match(KEYS[10], '[^:]+$') .. ' ' .. fields.id, 'NX')
end
return reply('decided')

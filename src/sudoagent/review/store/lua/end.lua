-- ARGV: 4 'expired' or 'cancelled', 5 why, 6 id. Expires only past the deadline.
begin_write()
local state, why, id = ARGV[4], ARGV[5], ARGV[6]
local fields = load_request()
if not fields then
  redis.call('ZREM', pending, id)
  redis.call('ZREM', askers, id)
  return {'unknown'}
end
if fields.state ~= 'pending' then
  return {(fields.state == state) and 'ended' or 'already_ended', fields.state}
end
if state == 'expired' and now < fields.expires_at then
  return {'not_due', fields.state, fields.expires_at - now}
end
finish(fields, state, why)
return {'ended', state}

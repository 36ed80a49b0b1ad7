-- ARGV: 4 owner. One owner takes an approval, and keeps it.
begin_write()
local owner = ARGV[4]
local fields = load_request()
if not fields then return {'unknown'} end
if fields.claimed_by then
  return {(fields.claimed_by == owner) and 'claimed' or 'taken', fields.claimed_by, fields.state}
end
if fields.state ~= 'approved' then return {'not_approved', '', fields.state} end
if is_frozen() then return {'frozen', '', fields.state} end
redis.call('HSET', request, 'claimed_by', owner, 'claimed_at', now)
return {'claimed', owner, fields.state}

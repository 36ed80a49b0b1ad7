-- ARGV: 4 voter ("team/user"), 5 this attempt's id, 6 how many attempts a voter has.
begin_write()
local voter, attempt, most = ARGV[4], ARGV[5], tonumber(ARGV[6])
local fields = load_request()
if not fields then return {'unknown'} end
if fields.state ~= 'pending' then return {'ended', fields.state} end
if now >= fields.expires_at then return {'ended', 'expired'} end

local earlier, made = fields['tried:' .. voter] or '', 0
for id in string.gmatch(earlier, '%S+') do
  made = made + 1
  -- The same command again, after its reply was lost: the same answer.
  if id == attempt then return {'counted', fields.state, made} end
end
if made >= most then return {'exhausted', fields.state, made} end
redis.call('HSET', request, 'tried:' .. voter, earlier .. ' ' .. attempt)
return {'counted', fields.state, made + 1}

-- ARGV: 4 what tells this delivery from another one of the same body, 5 '1' when Slack says that it
-- tries again, 6 for how many ms it is remembered. KEYS: 8 deliveries of this body.
begin_write()
local body = KEYS[8]
local earlier = redis.call('HGET', body, 'first')
local is_new = redis.call('HSETNX', body, 'at:' .. ARGV[4], 1) == 1
redis.call('HSETNX', body, 'first', now)
redis.call('PEXPIREAT', body, now + tonumber(ARGV[6]))
if earlier and ARGV[5] == '1' then return 0 end
return is_new and 1 or 0

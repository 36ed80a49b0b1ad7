-- ARGV: 4 what tells this delivery from another one of the same body, 5 '1' when Slack says that it
-- tries again, 6 for how many ms it is remembered, 7 whoever asks, a fresh id: the same question again,
-- after its reply was lost, gets the same answer. KEYS: 8 deliveries of this body.
begin_write()
local body, stamp, asks = KEYS[8], 'at:' .. ARGV[4], ARGV[7]
redis.call('HSETNX', body, 'first', asks)
redis.call('HSETNX', body, stamp, asks)
redis.call('PEXPIREAT', body, now + tonumber(ARGV[6]))
local known = (ARGV[5] == '1') and 'first' or stamp
return (redis.call('HGET', body, known) == asks) and 1 or 0

-- ARGV: 4 held-back field, 5 channel id, 6 message ts, 7 the count that it shows. The message that
-- tells the reviewers of the held-back ones; the first one stays.
begin_write()
local field = ARGV[4]
if not redis.call('HGET', held, 'since') then return 0 end
if redis.call('HSETNX', held, 'ts' .. field, ARGV[6]) == 1 then
  redis.call('HSET', held, 'at' .. field, ARGV[5])
end
redis.call('HSET', held, 'shown' .. field, ARGV[7], 'lease' .. field, 0)
return 1

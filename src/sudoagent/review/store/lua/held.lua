-- ARGV: 4 held-back field, 5 message ts. The message that tells the reviewers of the held-back ones.
begin_write()
if not redis.call('HGET', held, 'since') then return 0 end
redis.call('HSETNX', held, 'ts' .. ARGV[4], ARGV[5])
return 1

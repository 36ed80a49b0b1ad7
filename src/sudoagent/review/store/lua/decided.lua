-- ARGV: 4 id of a request, 5 how many are kept. KEYS: 8 what one reviewer decided.
begin_write()
local decided = KEYS[8]
redis.call('ZADD', decided, 'NX', now, ARGV[4])
local excess = redis.call('ZCARD', decided) - tonumber(ARGV[5])
if excess > 0 then
  for _, old in ipairs(redis.call('ZRANGEBYSCORE', decided, '-inf', '+inf', 'LIMIT', 0, excess)) do
    redis.call('ZREM', decided, old)
  end
end
redis.call('PEXPIREAT', decided, now + retention)
return 1

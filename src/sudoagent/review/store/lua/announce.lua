-- ARGV: 4 bot id, 5 milliseconds for which it counts as present; 0: it leaves. KEYS: 8 the bots.
begin_write()
local bots, ttl = KEYS[8], tonumber(ARGV[5])
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', bots, '-inf', string.format('%.0f', now))) do
  redis.call('ZREM', bots, gone)
end
if ttl == 0 then
  redis.call('ZREM', bots, ARGV[4])
else
  redis.call('ZADD', bots, now + ttl, ARGV[4])
end
redis.call('PEXPIREAT', bots, now + math.max(ttl, 3600000))
return redis.call('ZRANGEBYSCORE', bots, '-inf', '+inf')

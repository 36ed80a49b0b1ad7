-- ARGV: 4 bot id, 5 milliseconds for which it counts as present (0: it leaves), 6 the ids of the
-- keys that it accepts, '' when it does not say. KEYS: 8 the bots, 9 this bot.
begin_write()
local bots, bot, ttl = KEYS[8], KEYS[9], tonumber(ARGV[5])
for _, gone in ipairs(redis.call('ZRANGEBYSCORE', bots, '-inf', string.format('%.0f', now))) do
  redis.call('ZREM', bots, gone)
end
if ttl > 0 then
  redis.call('ZADD', bots, now + ttl, ARGV[4])
else
  redis.call('ZREM', bots, ARGV[4])
end
redis.call('PEXPIREAT', bots, now + math.max(ttl, 3600000))
redis.call('HSET', bot, 'v', version, 'keys', ARGV[6])
redis.call('PEXPIREAT', bot, now + ttl)
return ttl

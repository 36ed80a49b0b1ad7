-- ARGV: 4 bot id, 5 milliseconds for which it counts as present (0: it leaves), 6 the ids of the
-- keys that it accepts, '' when it does not say. KEYS: 8 the bots, 9 their keys.
begin_write()
local bots, keys, ttl = KEYS[8], KEYS[9], tonumber(ARGV[5])
local function gone(bot)
  redis.call('ZREM', bots, bot)
  redis.call('HDEL', keys, bot)
end
for _, bot in ipairs(redis.call('ZRANGEBYSCORE', bots, '-inf', string.format('%.0f', now))) do
  gone(bot)
end
gone(ARGV[4])
if ttl > 0 then
  redis.call('ZADD', bots, now + ttl, ARGV[4])
  if ARGV[6] ~= '' then redis.call('HSET', keys, ARGV[4], ARGV[6]) end
end
for _, key in ipairs({bots, keys}) do
  redis.call('PEXPIREAT', key, now + math.max(ttl, 3600000))
end
return redis.call('ZRANGEBYSCORE', bots, '-inf', '+inf')

-- ARGV: 4 a person who looks at their Home tab now, or '' for everybody who looked lately, 5 after how
-- many ms it is due, 6 for how many ms somebody counts as looking, 7 how many people at most do.
-- KEYS: 8 the queue of Home tabs, 9 who looks, 10 what is shown to whom.
begin_write()
local queue, viewers, shown, day = KEYS[8], KEYS[9], KEYS[10], 86400000
local person, due, watch = ARGV[4], now + tonumber(ARGV[5]), tonumber(ARGV[6])
redis.call('HINCRBY', shown, 'mark', 1)
if person ~= '' then
  redis.call('ZADD', viewers, now + watch, person)
  redis.call('ZADD', queue, due, person)
  redis.call('HSET', shown, 'shown:' .. person, '')
else
  for _, gone in ipairs(redis.call('ZRANGEBYSCORE', viewers, '-inf', string.format('%.0f', now))) do
    redis.call('ZREM', viewers, gone)
  end
  local excess = redis.call('ZCARD', viewers) - tonumber(ARGV[7])
  if excess > 0 then
    for _, old in ipairs(redis.call('ZRANGEBYSCORE', viewers, '-inf', '+inf', 'LIMIT', 0, excess)) do
      redis.call('ZREM', viewers, old)
    end
  end
  -- Several bots hear of one change: the first mark counts, and so does the first due time.
  for _, viewer in ipairs(redis.call('ZRANGEBYSCORE', viewers, '-inf', '+inf')) do
    redis.call('ZADD', queue, 'NX', due, viewer)
  end
end
for _, key in ipairs({queue, viewers, shown}) do redis.call('PEXPIREAT', key, now + day) end
return 1

-- ARGV: 4 the person, 5 the mark with which it was taken, 6 what is shown now, 7 '' or: try again in so
-- many ms. KEYS: 8 the queue of Home tabs, 9 what is shown to whom.
begin_write()
local queue, shown, person, again = KEYS[8], KEYS[9], ARGV[4], tonumber(ARGV[7])
redis.call('HSET', shown, 'lease:' .. person, 0, 'shown:' .. person, ARGV[6])
redis.call('PEXPIREAT', shown, now + 86400000)
if again then
  redis.call('ZADD', queue, 'XX', now + again, person)
  return 0
end
-- Something may have changed since it was taken: then it stays in the queue.
if redis.call('HGET', shown, 'mark') ~= ARGV[5] then return 0 end
redis.call('ZREM', queue, person)
return 1

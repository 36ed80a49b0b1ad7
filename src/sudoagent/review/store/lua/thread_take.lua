-- ARGV: 4 how many, 5 lease in ms. KEYS: 8 the queue of threads. What is taken is nobody else's until
-- the lease ends.
begin_write()
local threads, limit, lease = KEYS[8], tonumber(ARGV[4]), tonumber(ARGV[5])
local due = redis.call('ZRANGEBYSCORE', threads, '-inf', string.format('%.0f', now),
                       'LIMIT', 0, limit)
for _, id in ipairs(due) do index(threads, now + lease, id) end
return due

-- ARGV: 4 id, 5 when it is to be taken again (ms), or '' when nothing more is to be done.
-- KEYS: 8 the queue of requests to follow up.
begin_write()
local queue, id, again = KEYS[8], ARGV[4], tonumber(ARGV[5])
if again then
  index(queue, again, id)
else
  redis.call('ZREM', queue, id)
end
return 1

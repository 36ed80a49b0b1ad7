-- ARGV: 4 how many. KEYS: 8 the index of grants, 9 the queue of threads. Grants that are over are told
-- in their threads, and forgotten here.
begin_write()
local grants, threads = KEYS[8], KEYS[9]
local over = redis.call('ZRANGEBYSCORE', grants, '-inf', string.format('%.0f', now),
                        'LIMIT', 0, tonumber(ARGV[4]))
for _, member in ipairs(over) do
  redis.call('ZREM', grants, member)
  local id = string.match(member, ' (%S+)$')
  if id then index(threads, now, id, 'NX') end
end
return #over

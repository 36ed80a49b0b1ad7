-- ARGV: 4 how many, 5 lease in ms. Decisions before expiries; what is taken is nobody else's until
-- the lease ends.
begin_write()
local limit, lease = tonumber(ARGV[4]), tonumber(ARGV[5])
local taken = {}
for _, queue in ipairs({repaints, late}) do
  if #taken < limit then
    local due = redis.call('ZRANGEBYSCORE', queue, '-inf', string.format('%.0f', now),
                           'LIMIT', 0, limit - #taken)
    for _, id in ipairs(due) do
      index(queue, now + lease, id)
      taken[#taken + 1] = id
    end
  end
end
return taken

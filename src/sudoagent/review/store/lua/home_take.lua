-- ARGV: 4 how many, 5 lease in ms. What is taken is nobody else's until the lease ends.
-- KEYS: 8 the queue of Home tabs, 9 what is shown to whom.
begin_write()
local queue, shown, limit, lease = KEYS[8], KEYS[9], tonumber(ARGV[4]), tonumber(ARGV[5])
local mark = redis.call('HGET', shown, 'mark') or '0'
local taken = {}
local due = redis.call('ZRANGEBYSCORE', queue, '-inf', string.format('%.0f', now), 'LIMIT', 0, 100)
for _, person in ipairs(due) do
  local until_then = tonumber(redis.call('HGET', shown, 'lease:' .. person) or 0) or 0
  if #taken < 3 * limit and until_then <= now then
    redis.call('HSET', shown, 'lease:' .. person, now + lease)
    for _, part in ipairs({person, mark, redis.call('HGET', shown, 'shown:' .. person) or ''}) do
      taken[#taken + 1] = part
    end
  end
end
if #taken > 0 then redis.call('PEXPIREAT', shown, now + 86400000) end
return taken

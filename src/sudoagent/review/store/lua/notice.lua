-- ARGV: 4 held-back field, 5 lease in ms. One bot at a time posts or repaints the message. Returns
-- how often that was begun before, or -1 when there is nothing to do.
begin_write()
local field = ARGV[4]
local function number(name)
  return tonumber(redis.call('HGET', held, name .. field) or 0) or 0
end
if number('count') <= number('shown') or number('lease') > now then return -1 end
redis.call('HSET', held, 'lease' .. field, string.format('%.0f', now + tonumber(ARGV[5])))
return redis.call('HINCRBY', held, 'begun' .. field, 1) - 1

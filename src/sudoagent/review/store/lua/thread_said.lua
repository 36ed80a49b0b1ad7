-- ARGV: 4 name of the reply, 5 its message ts, or '-' when it is given up. The first one stays.
begin_write()
local name = 'reply:' .. ARGV[4]
local told = redis.pcall('HGET', request, name)
if type(told) ~= 'string' or string.sub(told, 1, 1) ~= '?' then return 0 end
redis.call('HSET', request, name, ARGV[5])
return 1

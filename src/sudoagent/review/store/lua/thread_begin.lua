-- ARGV: 4 name of the reply. Whoever is about to post it says so first, so that a reply that was
-- posted by somebody who died before he could say so is looked for. Returns how often it was begun
-- before, or -1 when there is nothing to post.
begin_write()
local fields = load_request()
if not fields then return -1 end
local name = 'reply:' .. ARGV[4]
local told = fields[name]
if told and string.sub(told, 1, 1) ~= '?' then return -1 end
local begun = told and tonumber(string.sub(told, 2)) or 0
redis.call('HSET', request, name, '?' .. string.format('%.0f', begun + 1))
return begun

-- ARGV: 4 name of the field, 5 where the message is, or '-' when it is given up, 6 the revision that it
-- shows, or '' when it shows none. The first one stays.
begin_write()
local name, shown = ARGV[4], tonumber(ARGV[6])
local fields = load_request()
if not fields then return 0 end
local told = fields[name]
if not told or string.sub(told, 1, 1) ~= '?' then return 0 end
redis.call('HSET', request, name, ARGV[5])
-- A vote that came while a copy was on its way was painted on the others only.
if shown and fields.revision > shown then changed(fields.id, repaints) end
return 1

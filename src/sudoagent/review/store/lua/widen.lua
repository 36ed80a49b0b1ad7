-- From now on more people may decide, which the cards shall show. Whether it is time, the library has
-- said and sealed; this only has them repainted, once.
begin_write()
local fields = load_request()
if not fields or fields.state ~= 'pending' then return 0 end
if redis.call('HSETNX', request, 'widened_at', now) == 0 then return 0 end
changed(fields.id, repaints)
return 1

-- ARGV: 4 id, 5 the revision that the card shows now, or '' with 6: try again in so many ms.
begin_write()
local id, shown = ARGV[4], tonumber(ARGV[5])
local revision = redis.pcall('HGET', request, 'revision')
revision = type(revision) == 'string' and tonumber(revision)
if shown and (not revision or revision <= shown) then
  redis.call('ZREM', repaints, id)
  redis.call('ZREM', late, id)
  return 1
end
local due = now + (shown and 0 or tonumber(ARGV[6]))
index(repaints, due, id)
index(late, due, id)
return 0

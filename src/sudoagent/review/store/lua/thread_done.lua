-- ARGV: 4 id, 5 the revision whose replies are all there, or '' with 6: try again in so many ms.
-- KEYS: 8 the request, 9 the queue of threads.
begin_write()
local id, shown, threads = ARGV[4], tonumber(ARGV[5]), KEYS[9]
local revision = redis.pcall('HGET', request, 'revision')
revision = type(revision) == 'string' and tonumber(revision)
if shown and (not revision or revision <= shown) then
  redis.call('ZREM', threads, id)
  return 1
end
index(threads, now + (shown and 0 or tonumber(ARGV[6])), id)
return 0

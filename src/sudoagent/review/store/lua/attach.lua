-- ARGV: 4 channel id, 5 message ts, 6 team id, 7 when to follow it up (ms), or ''. The first message
-- stays the request's message.
-- KEYS: 9 the queue of threads, 10 the queue of requests to follow up.
begin_write()
local fields = load_request()
if not fields then return 0 end
if fields.ts then
  return (fields.channel == ARGV[4] and fields.ts == ARGV[5]) and 1 or 0
end
redis.call('HSET', request, 'channel', ARGV[4], 'ts', ARGV[5], 'team', ARGV[6])
-- From now on it can be decided: lists of what waits should show it.
redis.call('PUBLISH', channel, 'request ' .. fields.id)
if ARGV[7] ~= '' and fields.state == 'pending' then
  index(KEYS[10], tonumber(ARGV[7]), fields.id, 'NX')
end
-- It may have ended, or been voted on, before the message was known.
if fields.revision > 1 then
  changed(fields.id, repaints)
  index(KEYS[9], now, fields.id, 'NX')
end
return 1

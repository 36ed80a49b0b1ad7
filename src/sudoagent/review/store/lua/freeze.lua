-- ARGV: 4 '1' or '0', 5 reason, 6 by whom, 7 lifetime in ms. Repeating it changes nothing.
begin_write()
if (redis.call('HGET', freeze, 'frozen') or '0') == ARGV[4] then return 0 end
redis.call('HSET', freeze, 'v', version, 'frozen', ARGV[4], 'reason', ARGV[5], 'by', ARGV[6], 'at', now)
redis.call('PEXPIREAT', freeze, now + tonumber(ARGV[7]))
redis.call('PUBLISH', channel, (ARGV[4] == '1') and 'frozen' or 'thawed')
return 1

-- ARGV: 4 owner, 5 sealed outcome. What became of the call, once, by the one who claimed it.
-- KEYS: 9 the queue of threads.
begin_write()
local owner, sealed = ARGV[4], ARGV[5]
local fields = load_request()
if not fields then return 'unknown' end
-- The same command again, after its reply was lost: the same answer.
if fields.outcome == sealed then return 'reported' end
if fields.state ~= 'approved' or fields.claimed_by ~= owner then return 'not_claimed' end
if fields.outcome then return 'already_reported' end
redis.call('HSET', request, 'outcome', sealed)
changed(fields.id, repaints)
index(KEYS[9], now, fields.id, 'NX')
return 'reported'

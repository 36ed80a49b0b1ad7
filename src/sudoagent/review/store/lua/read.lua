-- ARGV: 4 the size in bytes above which a record is not handed out. KEYS: 8.. the requests.
local limit = tonumber(ARGV[4])
local records = {}
for i = 8, #KEYS do
  local flat = redis.pcall('HGETALL', KEYS[i])
  local size = 0
  if flat.err then
    flat = 'not a record'
  else
    for _, text in ipairs(flat) do size = size + #text end
    if size > limit then flat = 'oversized' end
  end
  records[#records + 1] = flat
end
return {now, is_frozen() and 1 or 0, records}

-- ARGV: 4 name of the field that will say where the message is, 5 how many copies of the card a request
-- may have. Whoever is about to post a reminder or a copy says so first, so that one that was posted by
-- somebody who died before he could say so is looked for. Nothing is begun once the request is decided.
-- Returns how often it was begun before, or -1 when there is nothing to post.
begin_write()
local name, most = ARGV[4], tonumber(ARGV[5])
local fields = load_request()
if not fields then return -1 end
local told = fields[name]
if told and string.sub(told, 1, 1) ~= '?' then return -1 end
if not told then
  if fields.state ~= 'pending' or now >= fields.expires_at then return -1 end
  local copies = 0
  for field in pairs(fields) do
    if string.sub(field, 1, 5) == 'copy:' then copies = copies + 1 end
  end
  if copies >= most and string.sub(name, 1, 5) == 'copy:' then return -1 end
end
local begun = told and tonumber(string.sub(told, 2)) or 0
redis.call('HSET', request, name, '?' .. string.format('%.0f', begun + 1))
return begun

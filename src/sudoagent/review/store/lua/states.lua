-- KEYS: 8.. the requests. Only their states, so that a process with thousands of waiting calls can
-- look at all of them at once.
local states = {}
for i = 8, #KEYS do
  local state = redis.pcall('HGET', KEYS[i], 'state')
  states[#states + 1] = type(state) == 'string' and state or ''
end
return {is_frozen() and 1 or 0, states}

-- Reads past versions, and changes them. A member is described in write.lua.
--
-- KEYS[1]   prefix of all keys of the space
-- ARGV[1]   collection
-- ARGV[2]   what to do:
--   of      ARGV[3…] what the members of each record begin with. Reply: for each, its members
--   ids     ARGV[3] where to begin, as ZRANGEBYLEX takes it; ARGV[4] where to end; ARGV[5] how many at most.
--           Reply: what the members of a record begin with, for each record
--   change  ARGV[3…] members, each with the one that takes its place, or ''. Those that are not there are skipped

local key, reply = KEYS[1] .. 'p:' .. ARGV[1], {}
if ARGV[2] == 'of' then
  for at = 3, #ARGV do
    reply[at - 2] = redis.call('ZRANGEBYLEX', key, '[' .. ARGV[at], '(' .. ARGV[at] .. ':')
  end
elseif ARGV[2] == 'ids' then
  local from = ARGV[3]
  while #reply < tonumber(ARGV[5]) do
    local member = redis.call('ZRANGEBYLEX', key, from, ARGV[4], 'LIMIT', 0, 1)[1]
    if not member then break end
    local name = string.sub(member, 1, select(2, string.find(member, '\0\0', 1, true)))
    reply[#reply + 1] = name
    from = '[' .. name .. ':'
  end
else
  for at = 3, #ARGV, 2 do
    if redis.call('ZREM', key, ARGV[at]) == 1 and ARGV[at + 1] ~= '' then redis.call('ZADD', key, 0, ARGV[at + 1]) end
  end
end
return reply

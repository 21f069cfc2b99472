-- Reads entries of the stream of a bus together with the id of its newest one, as one atom.
--
-- KEYS[1]  prefix of all keys of the bus
-- ARGV[1]  where to begin: `(` and an id for what comes after that entry, `-` for the first entry
-- ARGV[2]  how many entries at most
--
-- Reply: { id of the newest entry or '', then for each entry its id, its predecessor and its message }

local stream = KEYS[1] .. 'stream'
local answer = { '' }
for _, entry in ipairs(redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)) do answer[1] = entry[1] end
for _, entry in ipairs(redis.call('XRANGE', stream, ARGV[1], '+', 'COUNT', ARGV[2])) do
  answer[#answer + 1] = entry[1]
  answer[#answer + 1] = entry[2][2]
  answer[#answer + 1] = entry[2][4]
end
return answer

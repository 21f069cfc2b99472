-- Reads a stretch of an index together with its rows, as one atom: a record that is rewritten between two reads
-- moves to another place, and would be missed or found twice.
--
-- KEYS[1]  prefix of all keys of the space
-- ARGV[1]  'oldest' or 'newest' first
-- ARGV[2]  key of the index: ids by seq
-- ARGV[3]  where to begin
-- ARGV[4]  how many ids at most
-- ARGV[5]  key of the rows
--
-- Reply: { { id, seq, id, seq… }, { row… } }; a row that is gone is nil

local isNewest = ARGV[1] == 'newest'
local command, last = 'ZRANGEBYSCORE', '+inf'
if isNewest then command, last = 'ZREVRANGEBYSCORE', '-inf' end
local entries = redis.call(command, ARGV[2], ARGV[3], last, 'WITHSCORES', 'LIMIT', 0, ARGV[4])
if #entries == 0 then return { entries, {} } end
local ids = {}
for at = 1, #entries, 2 do ids[#ids + 1] = entries[at] end
return { entries, redis.call('HMGET', ARGV[5], unpack(ids)) }

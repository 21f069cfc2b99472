-- Reads a stretch of an index by name together with its rows, as one atom.
--
-- KEYS[1]  prefix of all keys of the space
-- ARGV[1]  collection
-- ARGV[2]  where to begin, as ZRANGEBYLEX takes it
-- ARGV[3]  where to end
-- ARGV[4]  how many at most
--
-- Reply: { { id… }, { row… } }, or { 'older' } when rows of an older format are not in the index; a row that is gone
-- is nil

local base, collection = KEYS[1], ARGV[1]
if tonumber(redis.call('HGET', base .. 'meta', 'oldestFormat') or '3') < 6 then return { 'older' } end
local ids = redis.call('ZRANGEBYLEX', base .. 'i:' .. collection .. ':=', ARGV[2], ARGV[3], 'LIMIT', 0, ARGV[4])
if #ids == 0 then return { ids, {} } end
return { ids, redis.call('HMGET', base .. 'r:' .. collection, unpack(ids)) }

-- Prepares a space for writing in the current format. What stands in it stays as it is: rows of an older format are
-- rewritten as they are touched, or by migrate.lua.
--
-- KEYS[1]  prefix of all keys of the space
-- ARGV[1]  the incarnation of the feed, if it has none
--
-- Reply: the format that the space had ('3' where none is recorded, '' for a new space)
--
-- Invariants
-- - A space of a newer format stays as it is.
-- - `format` is the newest format that a row may have, `oldestFormat` the oldest one (absent: 3).

local meta = KEYS[1] .. 'meta'
local format = redis.call('HGET', meta, 'format')
if format and tonumber(format) > 4 then return format end

if redis.call('HSETNX', meta, 'incarnation', ARGV[1]) == 1 and not format then
  redis.call('HSET', meta, 'format', '4', 'oldestFormat', '4')
  return ''
end
if format ~= '4' then redis.call('HSET', meta, 'format', '4') end
return format or '3'

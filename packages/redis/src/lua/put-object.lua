-- Stores the bytes of an object, if a record is at a version.
--
-- KEYS[1]  prefix of all keys of the space
-- ARGV[1]  name of the object
-- ARGV[2]  its bytes
-- ARGV[3]  collection of the record
-- ARGV[4]  id of the record
-- ARGV[5]  the version that it must be at; 0 if it must be absent
--
-- Reply: 1, or 0 if the record is at another version. Bytes that are there stay. A row is described in write.lua; one
-- that can't be read is at no version.

local row = redis.call('HGET', KEYS[1] .. 'r:' .. ARGV[3], ARGV[4])
local found = '0'
if row then
  local version, expires, deleted = string.match(row, '^v?[45678]? ?%x%x%x%x%x%x%x%x (%d+) %d+ %d+ %d+ (%d+) (%d) ')
  local time = redis.call('TIME')
  local isLive = deleted == '0' and (expires == '0' or tonumber(expires) > time[1] * 1000 + math.floor(time[2] / 1000))
  found = version and (isLive and version or '0') or ''
end
if found ~= ARGV[5] then return 0 end
redis.call('SETNX', KEYS[1] .. 'o:' .. ARGV[1], ARGV[2])
return 1

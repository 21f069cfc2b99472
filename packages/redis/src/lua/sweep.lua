-- Removes expired rows, deleted ones among them. Raises the floor of their collections to the highest version that
-- goes, so that no version is ever used twice.
--
-- KEYS[1]  prefix of all keys of the space
-- ARGV[1]  how many rows to remove at most
--
-- Reply: how many expired rows it found, up to that number
--
-- Invariant: rows of a newer format stay, for those who can read them.

local base, limit = KEYS[1], tonumber(ARGV[1])
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local members = redis.call('ZRANGEBYSCORE', base .. 'expires', '-inf', now, 'LIMIT', 0, limit)
for _, member in ipairs(members) do
  local at = string.find(member, '\0', 1, true)
  local collection, id = string.sub(member, 1, at - 1), string.sub(member, at + 1)
  local row = redis.call('HGET', base .. 'r:' .. collection, id)
  local format = row and tonumber(string.match(row, '^v(%d+) ')) or 3
  if format <= 4 then
    if row then
      local version, indexes =
        string.match(row, '^v?4? ?%x%x%x%x%x%x%x%x (%d+) %d+ %d+ %d+ %d+ %d %S+ %S+ %S* %S+\n([^\n]*)\n')
      if version then
        for suffix in string.gmatch(indexes, '[^,]+') do
          redis.call('ZREM', base .. 'i:' .. collection .. ':' .. suffix, id)
        end
        local floor = tonumber(redis.call('HGET', base .. 'floors', collection) or '0')
        if tonumber(version) > floor then redis.call('HSET', base .. 'floors', collection, version) end
      end
      redis.call('HDEL', base .. 'r:' .. collection, id)
    end
    redis.call('ZREM', base .. 'expires', member)
  end
end
return #members

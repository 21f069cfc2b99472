-- Removes expired rows, deleted ones among them. Raises the floor of their collections to the highest version that
-- goes, so that no version is ever used twice. The bytes of an expired object go with the last row that has them.
--
-- KEYS[1]  prefix of all keys of the space
-- ARGV[1]  how many rows to remove at most
--
-- Reply: how many expired rows it removed
--
-- Invariant: rows of a newer format stay, for those who can read them.

local base, limit = KEYS[1], tonumber(ARGV[1])
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local removed, kept, hashes = 0, 0, {}
-- Rows that stay must not hide those behind them; a few pages keep the script short.
for _ = 1, 10 do
  local members = redis.call('ZRANGEBYSCORE', base .. 'expires', '-inf', now, 'LIMIT', kept, limit - removed)
  for _, member in ipairs(members) do
    local at = string.find(member, '\0', 1, true)
    local collection, id = string.sub(member, 1, at - 1), string.sub(member, at + 1)
    local row = redis.call('HGET', base .. 'r:' .. collection, id)
    local format = row and tonumber(string.match(row, '^v(%d+) ')) or 3
    if format > 8 then
      kept = kept + 1
    else
      if row then
        local version, deleted, indexes =
          string.match(row, '^v?[45678]? ?%x%x%x%x%x%x%x%x (%d+) %d+ %d+ %d+ %d+ (%d) %S+ %S+ %S* %S+ ?%d*\n([^\n]*)\n')
        if version then
          for suffix in string.gmatch(indexes, '[^,]+') do
            redis.call('ZREM', base .. 'i:' .. collection .. ':' .. suffix, id)
          end
          local floor = tonumber(redis.call('HGET', base .. 'floors', collection) or '0')
          if tonumber(version) > floor then redis.call('HSET', base .. 'floors', collection, version) end
        end
        redis.call('HDEL', base .. 'r:' .. collection, id)
        if collection == 'objects' and deleted ~= '1' then hashes[#hashes + 1] = string.sub(id, 1, 64) end
      end
      redis.call('ZREM', base .. 'expires', member)
      removed = removed + 1
    end
  end
  if #members == 0 or removed >= limit then break end
end

-- Rows of an older format are not listed by name: then contents stay, as in write.lua.
if #hashes > 0 and tonumber(redis.call('HGET', base .. 'meta', 'oldestFormat') or '3') >= 6 then
  local endings = { '' }
  for _, field in ipairs(redis.call('HKEYS', base .. 'meta')) do
    endings[#endings + 1] = string.match(field, '^content(%..*)$')
  end
  for _, hash in ipairs(hashes) do
    if #redis.call('ZRANGEBYLEX', base .. 'i:objects:=', '[' .. hash, '(' .. hash .. '\127', 'LIMIT', 0, 1) == 0 then
      for _, ending in ipairs(endings) do redis.call('DEL', base .. 'o:' .. hash .. ending) end
    end
  end
end
return removed

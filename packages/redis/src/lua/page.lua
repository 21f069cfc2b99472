-- Reads a stretch of an index together with its rows, as one atom: a record that is rewritten between two reads
-- moves to another place, and would be missed or found twice. Of several indexes it reads what any of them has.
--
-- KEYS[1]   prefix of all keys of the space
-- ARGV[1]   'oldest' or 'newest' first
-- ARGV[2]   where to begin
-- ARGV[3]   how many ids at most
-- ARGV[4]   key of the rows
-- ARGV[5…]  keys of the indexes: ids by seq
--
-- Reply: { { id, seq, id, seq… }, { row… } }; a row that is gone is nil

local isNewest = ARGV[1] == 'newest'
local command, last = 'ZRANGEBYSCORE', '+inf'
if isNewest then command, last = 'ZREVRANGEBYSCORE', '-inf' end
local entries = {}
if #ARGV == 5 then
  entries = redis.call(command, ARGV[5], ARGV[2], last, 'WITHSCORES', 'LIMIT', 0, ARGV[3])
else
  -- The first so many of all are among the first so many of each.
  local places, found = {}, {}
  for at = 5, #ARGV do
    local part = redis.call(command, ARGV[at], ARGV[2], last, 'WITHSCORES', 'LIMIT', 0, ARGV[3])
    for n = 1, #part, 2 do
      if not places[part[n]] then
        places[part[n]] = part[n + 1]
        found[#found + 1] = part[n]
      end
    end
  end
  table.sort(found, function(a, b)
    local first, second = tonumber(places[a]), tonumber(places[b])
    if isNewest then return first > second end
    return first < second
  end)
  for n = 1, math.min(#found, tonumber(ARGV[3])) do
    entries[#entries + 1] = found[n]
    entries[#entries + 1] = places[found[n]]
  end
end
if #entries == 0 then return { entries, {} } end
local ids = {}
for at = 1, #entries, 2 do ids[#ids + 1] = entries[at] end
return { entries, redis.call('HMGET', ARGV[4], unpack(ids)) }

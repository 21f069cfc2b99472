-- Rewrites rows of formats 3 to 7 in format 8, unless they changed since they were read: no new version, nothing in the
-- feed. Formats differ in nothing but the mark, but from 6 on facts and objects are listed by name. (Since when a row of
-- format 8 has its label is left open.) A row whose checksum is wrong gets the mark alone, so that it stays wrong.
--
-- KEYS[1]   prefix of all keys of the space
-- ARGV[1]   collection
-- ARGV[2]   '=' if the collection is listed by name, or ''
-- ARGV[3…]  for each row its id and its first two lines, whose checksums and versions no other row of this id has
--
-- Reply: how many rows were rewritten

local rows, names, migrated = KEYS[1] .. 'r:' .. ARGV[1], KEYS[1] .. 'i:' .. ARGV[1] .. ':=', 0
for argument = 3, #ARGV, 2 do
  local id, beginning = ARGV[argument], ARGV[argument + 1]
  local row = redis.call('HGET', rows, id)
  if row and string.sub(row, 1, #beginning) == beginning then
    local sum, head, indexes, content = string.match(row, '^v?[4567]? ?(%x%x%x%x%x%x%x%x) ([^\n]*)\n([^\n]*)\n(.*)$')
    -- What was deleted is in no index.
    if ARGV[2] == '=' and not string.find(row, '^v[67] ') and indexes ~= '' and sum == string.sub(redis.sha1hex(head .. '\n' .. indexes), 1, 8) then
      head = head .. '\n' .. string.gsub(indexes, '^%*', '*,=')
      redis.call('ZADD', names, 0, id)
      redis.call('HSET', rows, id, 'v8 ' .. string.sub(redis.sha1hex(head), 1, 8) .. ' ' .. head .. '\n' .. content)
    else
      redis.call('HSET', rows, id, 'v8 ' .. string.gsub(row, '^v[4567] ', ''))
    end
    migrated = migrated + 1
  end
end
return migrated

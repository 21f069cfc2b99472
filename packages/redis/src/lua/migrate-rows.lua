-- Rewrites rows of formats 3 and 4 in format 5, unless they changed since they were read: no new version, nothing in the
-- feed. They differ in nothing but the mark, so the checksums stay valid, and wrong ones stay wrong.
--
-- KEYS[1]   prefix of all keys of the space
-- ARGV[1]   collection
-- ARGV[2…]  for each row its id and its first two lines, whose checksums and versions no other row of this id has
--
-- Reply: how many rows were rewritten

local rows, migrated = KEYS[1] .. 'r:' .. ARGV[1], 0
for argument = 2, #ARGV, 2 do
  local id, beginning = ARGV[argument], ARGV[argument + 1]
  local row = redis.call('HGET', rows, id)
  if row and string.sub(row, 1, #beginning) == beginning then
    redis.call('HSET', rows, id, 'v5 ' .. string.gsub(row, '^v4 ', ''))
    migrated = migrated + 1
  end
end
return migrated

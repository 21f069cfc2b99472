// Made of the .lua files of this folder by `pnpm embed-lua`: change those.
/* oxlint-disable max-lines */

export const busElectScript: string = `-- Elects one of those who ask under the same name, for a time.
--
-- KEYS[1]  prefix of all keys of the bus
-- ARGV[1]  the name
-- ARGV[2]  for how long, in milliseconds
--
-- Reply: 1 for who is elected, 0 for everyone else

return redis.call('SET', KEYS[1] .. 'elected:' .. ARGV[1], '1', 'NX', 'PX', ARGV[2]) and 1 or 0
`

export const busPublishScript: string = `-- Appends messages to the stream of a bus, as one atom, and notifies subscribers.
--
-- KEYS[1]   prefix of all keys of the bus
-- ARGV[1]   how many entries the stream keeps, about
-- ARGV[2]   the id of the entry that must be the newest one, '' if there must be none; \`-\` if that does not matter
-- ARGV[3…]  the messages
--
-- Reply: the id of the last entry; nothing if another one was the newest
--
-- Invariant: each entry names the one before it (\`p\`), so that a reader notices when entries between two are missing,
-- whether they were trimmed or the server lost them.

local stream, last = KEYS[1] .. 'stream', ''
for _, entry in ipairs(redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)) do last = entry[1] end
if ARGV[2] ~= '-' and ARGV[2] ~= last then return false end
for index = 3, #ARGV do
  last = redis.call('XADD', stream, 'MAXLEN', '~', ARGV[1], '*', 'p', last, 'm', ARGV[index])
end
redis.call('PUBLISH', KEYS[1] .. 'news', last)
return last
`

export const busReadScript: string = `-- Reads entries of the stream of a bus together with the id of its newest one, as one atom.
--
-- KEYS[1]  prefix of all keys of the bus
-- ARGV[1]  where to begin: \`(\` and an id for what comes after that entry, \`-\` for the first entry
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
`

export const migrateRowsScript: string = `-- Rewrites rows of formats 3 to 7 in format 8, unless they changed since they were read: no new version, nothing in the
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
    local sum, head, indexes, content = string.match(row, '^v?[4567]? ?(%x%x%x%x%x%x%x%x) ([^\\n]*)\\n([^\\n]*)\\n(.*)$')
    -- What was deleted is in no index.
    if ARGV[2] == '=' and not string.find(row, '^v[67] ') and indexes ~= '' and sum == string.sub(redis.sha1hex(head .. '\\n' .. indexes), 1, 8) then
      head = head .. '\\n' .. string.gsub(indexes, '^%*', '*,=')
      redis.call('ZADD', names, 0, id)
      redis.call('HSET', rows, id, 'v8 ' .. string.sub(redis.sha1hex(head), 1, 8) .. ' ' .. head .. '\\n' .. content)
    else
      redis.call('HSET', rows, id, 'v8 ' .. string.gsub(row, '^v[4567] ', ''))
    end
    migrated = migrated + 1
  end
end
return migrated
`

export const namesScript: string = `-- Reads a stretch of an index by name together with its rows, as one atom.
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
`

export const openSpaceScript: string = `-- Prepares a space for writing: makes it, or continues it where its server left it. What stands in it stays as it is:
-- rows of an older format are rewritten as they are touched, or by migrate-rows.lua.
--
-- KEYS[1]   prefix of all keys of the space
-- ARGV[1]   an incarnation of the feed, if it needs a new one
-- ARGV[2]   the newest position that the caller has heard of, and the incarnation that it belongs to: '0 ' if none; then
--           \` lost\` if the caller knows that positions of that incarnation were given twice
-- ARGV[3]   a pattern for the channels of all incarnations of this space in this database
-- ARGV[4]   the collections that hold leases, separated by spaces
-- ARGV[5…]  all collections
--
-- Reply: { format that the space had ('3' where none is recorded, '' for a new space), run, incarnation, start }
--
-- \`meta\` is a hash: \`format\` is the newest format that a row may have, \`oldestFormat\` the oldest one (absent: 3).
-- \`seq\` is one text, which each write reads and writes: the newest position, the run of the server, the incarnation of
-- the feed, and \`start\`, the position to which the feed jumped last; 0 if it never did. \`incarnation\` repeats the third
-- for readers, \`before\` the positions from which nothing lies before the next entry of the feed, \`fences\` where the
-- versions of leases began, \`content<ending>\` that bytes of objects may have
-- this ending behind the hash of their content (sweep.lua). \`floors\` holds for each collection the version above which those of new keys begin.
--
-- A server that was restarted, or another one that took over, may have lost what was written last. Nobody can tell how
-- much, so from then on positions begin higher than any that can have been given: no position, version or fence is ever
-- used twice. Who had read up to where the feed jumped has missed nothing; who had read more has seen what is lost.
--
-- Invariants
-- - A space of a newer format stays as it is.
-- - The incarnation changes when something was surely lost: positions that the caller has heard of, \`meta\` or \`floors\`.
-- - No position of the feed stands for two changes: where some may, the feed begins anew behind a jump.

local meta, feed, floors = KEYS[1] .. 'meta', KEYS[1] .. 'feed', KEYS[1] .. 'floors'
local call, match = redis.call, string.match
local format = call('HGET', meta, 'format')
if format and tonumber(format) > 8 then return { format } end

-- Writes need these only now and then, and an error in the middle of one would leave half of it.
local past = KEYS[1] .. 'p:'
call('ZLEXCOUNT', past, '-', '+')
call('ZREVRANGEBYLEX', past, '+', '-')
call('ZREMRANGEBYLEX', past, '(', '(')

local function text(number) return string.format('%.0f', number) end

local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
-- Where it may not be asked, restarts show by what was lost.
local info = redis.pcall('INFO', 'server')
local run = type(info) == 'string' and match(info, 'run_id:(%x+)') or '-'
local heard, heardIncarnation, proof = match(ARGV[2], '^(%d+) (%S*) ?(%S*)$')
heard = tonumber(heard)

local stored = call('HGET', meta, 'seq')
local seq, storedRun, incarnation, start = match(stored or '', '^(%d+) ?(%S*) ?(%S*) ?(%d*)$')
seq, start = tonumber(seq or '0'), tonumber(start or '') or 0
if not incarnation or incarnation == '' then incarnation = call('HGET', meta, 'incarnation') end

-- The feed knows more than \`meta\` where that was lost alone.
local lastAt
for _, entry in ipairs(call('XREVRANGE', feed, '+', '-', 'COUNT', 1)) do
  seq = math.max(seq, tonumber(match(entry[1], '^%d+')))
  lastAt = tonumber(match(match(entry[2][2], '[^\\n]*$'), '^%S+ %S+ %d+ (%d+) '))
end

local before = call('HGET', meta, 'before') or ''
-- Where the feed jumped, positions that were given before and are not in it any more.
local isInGap = heard < start and heard > tonumber(match(before, '^%d+') or start)
  and not string.find(' ' .. before .. ' ', ' ' .. text(heard) .. ' ', 1, true)
local storedFences = tonumber(call('HGET', meta, 'fences') or '')
local hasFloors = call('EXISTS', floors) == 1
local isNew = not stored and seq == 0 and not hasFloors
for at = 5, isNew and #ARGV or 0 do
  isNew = isNew and call('EXISTS', KEYS[1] .. 'r:' .. ARGV[at]) == 0
end
local isBehind = incarnation == heardIncarnation and (heard > seq or proof == 'lost')
local isLost = not stored and not (isNew and heard == 0)
  or isBehind or isInGap and incarnation == heardIncarnation
  or storedFences and not hasFloors
if isNew and not isLost then
  -- Whoever listens to changes of this space had it open before its data was lost.
  local channels = redis.pcall('PUBSUB', 'CHANNELS', ARGV[3])
  isLost = type(channels) == 'table' and #channels > 0
end
-- A format without runs says nothing of restarts.
local isOtherRun = (storedRun or '') ~= '' and storedRun ~= run
-- Somebody made this space who did not know of an earlier life, which the caller remembers.
local isUnaware = heardIncarnation ~= '' and heardIncarnation ~= incarnation and heard > seq
-- Within one run a space goes on after an older state was put back, and knows nothing of it.
local isGivenTwice = isUnaware or isBehind and (proof == 'lost' or not isOtherRun)

if isLost or isOtherRun or isUnaware then
  if isGivenTwice then
    -- Nobody can tell which of two changes a position means, so it leads nowhere any more.
    call('DEL', feed)
    call('HSET', meta, 'before', '')
  else
    -- Where nothing was written since the last jump, whoever was there before that one has missed nothing either.
    call('HSET', meta, 'before', (seq == start and before ~= '' and before .. ' ' or '') .. text(seq))
  end
  -- At most 100 changes a millisecond since the last one that is known. Where none is: no feed has lived for so long.
  local most = lastAt and seq + math.max(0, now - lastAt) * 100 or now * 10
  start = math.max(most, seq, heard) + 10000
  seq = start
  -- Versions of keys that are not there begin above the floor of their collection, or above \`start\`.
  local found = call('HGETALL', floors)
  for at = 1, #found, 2 do
    if tonumber(found[at + 1]) < start then call('HSET', floors, found[at], text(start)) end
  end
end
if isLost or not incarnation then incarnation = ARGV[1] end

-- Versions of leases begin with the time of the last opening, in microseconds. They exceed those of any space that was
-- there before under this name, and those of a newer state of this one: somebody may have put an older one back.
local fences = math.max(hasFloors and storedFences or 0, now * 1000)
local leased = {}
for name in string.gmatch(ARGV[4], '%S+') do leased[name] = true end
for at = 5, #ARGV do
  local floor = tonumber(call('HGET', floors, ARGV[at]) or '-1')
  local least = start + (leased[ARGV[at]] and fences or 0)
  if floor < least then call('HSET', floors, ARGV[at], text(least)) end
end

call('HSET', meta, 'seq', table.concat({ text(seq), run, incarnation, text(start) }, ' '),
  'incarnation', incarnation, 'fences', text(fences))
if isNew then
  call('HSET', meta, 'format', '8', 'oldestFormat', '8')
elseif format ~= '8' then
  call('HSET', meta, 'format', '8')
end
return { isNew and not format and '' or format or '3', run, incarnation, text(start) }
`

export const pageScript: string = `-- Reads a stretch of an index together with its rows, as one atom: a record that is rewritten between two reads
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
`

export const pastScript: string = `-- Reads past versions, and changes them. A member is described in write.lua.
--
-- KEYS[1]   prefix of all keys of the space
-- ARGV[1]   collection
-- ARGV[2]   what to do:
--   of      ARGV[3…] what the members of each record begin with. Reply: for each, its members
--   ids     ARGV[3] where to begin, as ZRANGEBYLEX takes it; ARGV[4] where to end; ARGV[5] how many at most.
--           Reply: what the members of a record begin with, for each record
--   change  ARGV[3…] members, each with the one that takes its place, or ''. Those that are not there are skipped

local key, reply = KEYS[1] .. 'p:' .. ARGV[1], {}
if ARGV[2] == 'of' then
  for at = 3, #ARGV do
    reply[at - 2] = redis.call('ZRANGEBYLEX', key, '[' .. ARGV[at], '(' .. ARGV[at] .. ':')
  end
elseif ARGV[2] == 'ids' then
  local from = ARGV[3]
  while #reply < tonumber(ARGV[5]) do
    local member = redis.call('ZRANGEBYLEX', key, from, ARGV[4], 'LIMIT', 0, 1)[1]
    if not member then break end
    local name = string.sub(member, 1, select(2, string.find(member, '\\0\\0', 1, true)))
    reply[#reply + 1] = name
    from = '[' .. name .. ':'
  end
else
  for at = 3, #ARGV, 2 do
    if redis.call('ZREM', key, ARGV[at]) == 1 and ARGV[at + 1] ~= '' then redis.call('ZADD', key, 0, ARGV[at + 1]) end
  end
end
return reply
`

export const putObjectScript: string = `-- Stores the bytes of an object, if a record is at a version.
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
`

export const sweepScript: string = `-- Removes expired rows, deleted ones among them. Raises the floor of their collections to the highest version that
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
    local at = string.find(member, '\\0', 1, true)
    local collection, id = string.sub(member, 1, at - 1), string.sub(member, at + 1)
    local row = redis.call('HGET', base .. 'r:' .. collection, id)
    local format = row and tonumber(string.match(row, '^v(%d+) ')) or 3
    if format > 8 then
      kept = kept + 1
    else
      if row then
        local version, deleted, indexes =
          string.match(row, '^v?[45678]? ?%x%x%x%x%x%x%x%x (%d+) %d+ %d+ %d+ %d+ (%d) %S+ %S+ %S* %S+ ?%d*\\n([^\\n]*)\\n')
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
    if #redis.call('ZRANGEBYLEX', base .. 'i:objects:=', '[' .. hash, '(' .. hash .. '\\127', 'LIMIT', 0, 1) == 0 then
      for _, ending in ipairs(endings) do redis.call('DEL', base .. 'o:' .. hash .. ending) end
    end
  end
end
return removed
`

export const writeScript: string = `-- Applies batches of mutations, each batch as one atom.
--
-- Twin of \`decideMutation\` (packages/memory/src/store/apply-mutation.ts): the section "Decide" takes the same
-- decisions in the same order: range, guard, label, version, content, check, seal, next row. Change both together. The contract suite and
-- write-script.test.ts, with random programs, hold the two against each other.
--
-- KEYS[1]   prefix of all keys of the space
-- ARGV[1]   how many changes the feed keeps, about
-- ARGV[2]   what the caller knows of the space: run, incarnation and start, as in \`meta\` (lua/open-space.lua)
-- ARGV[3]   the channel that tells of changes
-- ARGV[4]   the newest position of this incarnation that the caller has heard of
-- ARGV[5…]  the mutations of all batches, five arguments each (records/mutation-arguments.ts); \`-\` stands for what is
--           absent:
--   kind      what is the same for many, separated by spaces: op; collection; over; how many past versions of a label
--             to keep, \`all\`, or \`none\` to erase them; ttlMs; indexes; label; task; author. Where there are conditions,
--             six more: asVersion, positionKey, contents (names of bytes, separated by commas: a set needs one of them,
--             a delete drops all), guardVersion, guardCollection, guardId.
--   version   ifVersion; at the first of several in a batch, a space and their number
--   sum       checksum of the content
--   name      id
--   content   a line of details and the value, as the row will hold them
--   The check of a range has other things in these places: in that of \`over\` the audience, of \`ttlMs\` the position, of
--   the checksum the incarnation, of label and task the times since and until; \`indexes\` are those that its records are
--   in, \`author\` is theirs, \`id\` is how their ids begin. Its content is the author that is left out.
--
-- Reply: { { 'lost' } } when the space is not what the caller knows, or older; then nothing was done. Otherwise, for
-- each batch
--   a line for each mutation, \`version seq created updated expires\`
--   or { 'refused', index, reason, row, version }  the mutation, why, the row in its way or '', the version of a 'seal'
--   or { 'damaged', index, whose, beginning }      the row of the mutation ('row') or of its guard ('guard')
--
-- A row is three lines, after a mark of its format (records/row-format.ts; rows of format 3 have none):
--   head      checksum of the rest of this line and of the next, version, seq, created, updated, expires (0: never),
--             deleted, label, task, author, checksum of the content; where the value is sealed, a period and the tag of its
--             position (\`atPosition\`), which the reader appends to the value; a version from which on all have this
--             label, absent in rows before format 8
--   indexes   suffixes of the sorted sets that list the record, separated by commas
--   content
-- Names are percent-encoded unless they are plain; a task begins with \`=\`. The client computes the checksum of the
-- content, which may be long, over the name of the record and the content.
--
-- A past version is a member of the sorted set \`p:\` of its collection, all with score 0: the id, with \\1 after each NUL in
-- it, two NULs, the version in 16 digits, the time until which it was the present one, and the row as it was.
--
-- An entry of the feed holds the changes of one call, a line each: op, collection, version, at, label, task, author,
-- id. Its id is the \`seq\` of the last one. Subscribers get the same lines after that \`seq\`. The first entry after a
-- jump of the positions names those from which it is the next one (\`b\`).
--
-- Invariants
-- - Nothing is written before all batches are decided: a refused batch leaves everything as it was.
-- - Values come last, after everything that may fail: the feed, and indexes whose keys somebody else may have spoiled.
--   So a write that fails stores none of its values. At worst the feed names a change that did not happen, or an index
--   a row that is not there: readers skip both.
-- - The server checks its memory limit at the first write command of a call: all batches are written, or none.
-- - Whatever writes a row writes it in the current format.
-- - A version exceeds all that were given before a loss: a row that was written before the positions jumped moves on
--   by as many versions as positions, which is more than can have been written to it and lost.
--
-- Speed: nobody hears of the change before the script ends. On an idle server most of its time is spent on cold
-- caches, some 10 µs for each kind of command and each function. So there are few commands, each called once for all
-- batches where possible; the feed is trimmed now and then; and there are no Lua functions. A number that becomes text
-- costs as much as a small command: the numbers of a row stay text unless they are reckoned with, and become text once.

local base, maxChanges, call = KEYS[1], ARGV[1], redis.call
local match, gmatch, find, sub = string.match, string.gmatch, string.find, string.sub
local time = call('TIME')
-- Milliseconds, as text: the seconds, and the first three of six digits.
local now = time[1] .. sub('00000' .. time[2], -6, -4)
-- Of a row: version, seq, created, expires, deleted, label, since when it has that label, indexes.
local rowForm = '^v?[45678]? ?%x%x%x%x%x%x%x%x (%d+) (%d+) (%d+) %d+ (%d+) (%d) (%S+) %S+ %S* %S+ ?(%d*)\\n([^\\n]*)\\n'

-- The newest seq. What follows it changes only when something may have been lost.
local oldSeq, known = match(call('HGET', base .. 'meta', 'seq') or '', '^(%d+) (.*)$')
local lastSeq = tonumber(oldSeq)
if known ~= ARGV[2] or lastSeq < tonumber(ARGV[4]) then return { { 'lost' } } end
local start = tonumber(match(known, '%d+$'))

local answers, changes, nextArgument = {}, {}, 5
-- What is to be stored, in order, and the rows among it by collection and id: later batches see what earlier ones did.
local puts, rows = {}, {}
-- The kind of the mutation before, and what it consists of.
local kind, op, collection, kindOver, keeps, ttl, kindIndexes, kindLabelAndTask, kindAuthor, conditions, kindLabel, rowsKey, rowsHere

while nextArgument < #ARGV do
  -- Decide: what decideMutation decides, for each mutation of the batch.
  local refusal, writtens, written, putsBefore, changesBefore, seqBefore = nil, nil, nil, #puts, #changes, lastSeq
  local first, firstVersion, size = nextArgument, ARGV[nextArgument + 1], 1
  if find(firstVersion, ' ', 1, true) then firstVersion, size = match(firstVersion, '^(%S+) (%d+)$') end
  if size ~= 1 then writtens = {} end
  for index = 0, size - 1 do
    if ARGV[nextArgument] ~= kind then
      kind = ARGV[nextArgument]
      op, collection, kindOver, keeps, ttl, kindIndexes, kindLabelAndTask, kindAuthor, conditions =
        match(kind, '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+ %S+) (%S*) ?(.*)$')
      kindLabel = match(kindLabelAndTask, '^%S+')
      rowsKey, rowsHere = base .. 'r:' .. collection, rows[collection] or {}
      rows[collection] = rowsHere
    end
    local over, indexes, labelAndTask, author = kindOver, kindIndexes, kindLabelAndTask, kindAuthor
    local ifVersion = index == 0 and firstVersion or ARGV[nextArgument + 1]
    local contentSum, name, content = ARGV[nextArgument + 2], ARGV[nextArgument + 3], ARGV[nextArgument + 4]
    nextArgument = nextArgument + 5
    local id = name
    if find(name, '%', 1, true) then
      id = string.gsub(name, '%%(%x%x)', function(hex) return string.char(tonumber(hex, 16)) end)
    end

    -- range: of what a list showed up to a position, no more may be there by now (\`isUnwritten\` in store/range-check.ts)
    local isRange = op == 'check-range'
    if isRange then
      local after, tooMany = tonumber(ttl), 1000
      local function plain(text)
        return (string.gsub(text, '%%(%x%x)', function(hex) return string.char(tonumber(hex, 16)) end))
      end
      local function covers(label)
        local levels, compartments = { public = 0, internal = 1, confidential = 2 }, {}
        local overLevel, level
        for word in gmatch(over, '[^+]+') do
          if overLevel then compartments[word] = true else overLevel = word end
        end
        for word in gmatch(label, '[^+]+') do
          if not level then
            level = word
            if (levels[level] or 3) > levels[overLevel] then return false end
          elseif not compartments[word] then
            return false
          end
        end
        return true
      end
      local since, untilTime = match(labelAndTask, '^(%S+) (%S+)$')
      local function passes(candidate, candidateId)
        if sub(candidateId, 1, #id) ~= id then return false end
        local seq, updated, expires, deleted, label, rowAuthor, listed = match(candidate,
          '^v?[45678]? ?%x+ %d+ (%d+) %d+ (%d+) (%d+) (%d) (%S+) %S+ (%S*) %S+ ?%d*\\n([^\\n]*)\\n')
        -- What can't be read might pass.
        if not seq then return true end
        if tonumber(seq) <= after or deleted == '1' or expires ~= '0' and tonumber(expires) <= tonumber(now) then
          return false
        end
        for suffix in gmatch(indexes, '[^,]+') do
          if not find(',' .. listed .. ',', ',' .. suffix .. ',', 1, true) then return false end
        end
        return (author == '' or plain(rowAuthor) == plain(author))
          and (content == '' or plain(rowAuthor) ~= plain(content))
          and (since == '-' or tonumber(updated) >= tonumber(since))
          and (untilTime == '-' or tonumber(updated) < tonumber(untilTime))
          and (over == '-' or covers(label))
      end
      -- Another incarnation, or a space that has lost its newest changes, can't tell what was written.
      local isWritten = after > lastSeq or contentSum ~= '-' and contentSum ~= match(known, '^%S* (%S*)')
      local ids = isWritten and {} or call('ZRANGEBYSCORE', base .. 'i:' .. collection .. ':' .. match(indexes, '^[^,]+'),
        '(' .. ttl, '+inf', 'LIMIT', 0, tooMany)
      isWritten = isWritten or #ids == tooMany
      for place = 1, isWritten and 0 or #ids do
        local candidate = rowsHere[ids[place]] or call('HGET', rowsKey, ids[place])
        if candidate and passes(candidate, ids[place]) then isWritten = true break end
      end
      -- What earlier batches of this call write is in no index yet.
      for place = 1, isWritten and 0 or putsBefore do
        local put = puts[place]
        if put[1] == collection and passes(rowsHere[put[2]], put[2]) then isWritten = true break end
      end
      if isWritten then refusal = { 'refused', index, 'version', '', '0' } break end
      over = '-'
    end

    -- The current row. What decideMutation calls \`current\` is there if it is live.
    local row = not isRange and (rowsHere[id] or call('HGET', rowsKey, id))
    local isLive, version, seq, created, expires, deleted, label, since, oldIndexes = false, nil, '', now, '0', nil, nil, '', ''
    if row then
      version, seq, created, expires, deleted, label, since, oldIndexes = match(row, rowForm)
      if not version then refusal = { 'damaged', index, 'row', sub(row, 1, 16) } break end
      isLive = deleted == '0' and (expires == '0' or tonumber(expires) > tonumber(now))
    end

    -- guard
    local asVersion, positionKey, contents = '-', '-', '-'
    if conditions ~= '' then
      local guardVersion, guardCollection, guardId
      asVersion, positionKey, contents, guardVersion, guardCollection, guardId =
        match(conditions, '^(%S+) (%S+) (%S+) (%S+) (%S+) (.*)$')
      if guardVersion ~= '-' then
        local guardRow = rows[guardCollection] and rows[guardCollection][guardId]
          or call('HGET', base .. 'r:' .. guardCollection, guardId)
        local foundVersion, guardExpires, guardDeleted, _
        if guardRow then
          foundVersion, _, _, guardExpires, guardDeleted = match(guardRow, rowForm)
          if not foundVersion then refusal = { 'damaged', index, 'guard', sub(guardRow, 1, 16) } break end
        end
        if not guardRow or guardDeleted == '1' or guardExpires ~= '0' and tonumber(guardExpires) <= tonumber(now) then
          refusal = { 'refused', index, 'guard', '', '0' } break
        end
        if foundVersion ~= guardVersion then refusal = { 'refused', index, 'guard', guardRow, '0' } break end
      end
    end

    -- label: \`over\` covers that of the current record (\`covers\` in values/access.ts)
    if isLive and over ~= '-' and label ~= 'public' then
      -- Both are words joined by +: the level, then the compartments.
      local levels, compartments = { public = 0, internal = 1, confidential = 2 }, {}
      local overLevel, level
      for word in gmatch(over, '[^+]+') do
        if overLevel then compartments[word] = true else overLevel = word end
      end
      local covers = true
      for word in gmatch(label, '[^+]+') do
        if not level then
          level = word
          -- An unknown level counts as the most sensitive one, as for readers.
          covers = (levels[level] or 3) <= levels[overLevel]
        else
          covers = covers and compartments[word]
        end
      end
      -- To a check, what is hidden is absent.
      if not covers and op == 'check' then
        isLive = false
      elseif not covers then
        refusal = { 'refused', index, 'label', row, '0' } break
      end
    end

    -- version
    if ifVersion ~= '-' and (isLive and version or '0') ~= ifVersion then
      refusal = { 'refused', index, 'version', isLive and row or '', '0' } break
    end

    -- content
    if contents ~= '-' and op == 'set' then
      local isThere = false
      for encoded in gmatch(contents, '[^,]+') do
        local content = string.gsub(encoded, '%%(%x%x)', function(hex) return string.char(tonumber(hex, 16)) end)
        isThere = isThere or call('EXISTS', base .. 'o:' .. content) == 1
      end
      if not isThere then refusal = { 'refused', index, 'content', '', '0' } break end
    end

    -- Of a check, of a delete of what is absent and of a second withdrawal, nothing comes.
    local isWithdrawn = isLive and (op == 'withdraw' or op == 'delete')
      and find(label .. '+', '+~withdrawn+', 1, true)
    if op == 'set' or isLive and op ~= 'check' and not (op == 'withdraw' and isWithdrawn) then
      local oldExpires, oldVersion, oldLabel, updated = expires, version, label, now
      if op == 'set' then
        if not version then
          local floor = call('HGET', base .. 'floors', collection)
          -- They are there for each collection, unless somebody removed the key: then nobody knows any more which versions
          -- were given.
          if not floor and call('EXISTS', base .. 'floors') == 0 then return { { 'lost' } } end
          version = 1 + (floor or start)
        elseif start > 0 and tonumber(seq) < start then
          version = 1 + version + start - seq
        else
          version = 1 + version
        end
        version = version < 1e14 and version .. '' or string.format('%.0f', version)
        -- seal
        if asVersion ~= '-' and tonumber(asVersion) ~= tonumber(version) then
          refusal = { 'refused', index, 'seal', '', version } break
        end
        -- next row: set
        if not isLive then created = now end
        if positionKey ~= '-' then
          local position = positionKey .. ' ' .. lastSeq + 1 .. ' ' .. created .. ' ' .. now
          contentSum = contentSum .. '.' .. redis.sha1hex(position)
        end
        label, expires, deleted = kindLabel, ttl == '-' and '0' or string.format('%d', now + ttl), '0'
      else
        local oldHeadSum, oldHead, task, oldAuthor, oldContentSum, oldContent
        oldHeadSum, oldHead, updated, task, oldAuthor, oldContentSum, oldContent = match(row,
          '^v?[45678]? ?(%x%x%x%x%x%x%x%x) (%d+ %d+ %d+ (%d+) %d+ %d %S+ (%S+) (%S*) (%S+) ?%d*\\n[^\\n]*)\\n(.*)$')
        -- What is kept gets a new checksum, which would hide that it is damaged.
        if oldHeadSum ~= sub(redis.sha1hex(oldHead or ''), 1, 8) then
          refusal = { 'damaged', index, 'row', sub(row, 1, 16) } break
        end
        if op == 'delete' and isWithdrawn then
          label = sub(string.gsub(label .. '+', '%+~withdrawn%+', '+'), 1, -2)
        elseif op == 'withdraw' then label = label .. '+~withdrawn' end
        labelAndTask = label .. ' ' .. task
        -- next row: delete
        if op == 'delete' then
          version = 1 + version + (start > 0 and tonumber(seq) < start and start - seq or 0)
          version = version < 1e14 and version .. '' or string.format('%.0f', version)
          updated, expires, deleted, indexes = now, now, '1', ''
        -- next row: touch, withdraw, reseal
        else
          author, indexes = oldAuthor, oldIndexes
          if op ~= 'reseal' then contentSum, content = oldContentSum, oldContent end
          if op == 'touch' then expires = string.format('%d', now + ttl) end
        end
      end
      local isChange = op == 'set' or op == 'delete'
      if isChange then
        lastSeq = lastSeq + 1
        seq = lastSeq .. ''
        changes[#changes + 1] =
          op .. ' ' .. collection .. ' ' .. version .. ' ' .. now .. ' ' .. labelAndTask .. ' ' .. author .. ' ' .. name
      end
      written = version .. ' ' .. seq .. ' ' .. created .. ' ' .. updated .. ' ' .. expires
      if since == '' or label ~= oldLabel then since = version end
      local head = written .. ' ' .. deleted .. ' ' .. labelAndTask .. ' ' .. author .. ' ' .. contentSum .. ' ' .. since .. '\\n' .. indexes
      local newRow = 'v8 ' .. sub(redis.sha1hex(head), 1, 8) .. ' ' .. head .. '\\n' .. content
      puts[#puts + 1] = { collection, id, newRow, expires, oldExpires, isChange and seq, indexes, oldIndexes,
        op == 'delete' and contents ~= '-' and contents, isChange and keeps ~= '-' and keeps, version,
        isLive and oldVersion, row, op == 'delete', since }
    else
      written = '0 0 ' .. now .. ' ' .. now .. ' 0'
    end
    if writtens then writtens[index + 1] = written end
  end
  nextArgument = first + size * 5

  if refusal then
    -- Nothing of a batch that was refused.
    for index = #puts, putsBefore + 1, -1 do puts[index] = nil end
    for index = #changes, changesBefore + 1, -1 do changes[index] = nil end
    lastSeq = seqBefore
  elseif nextArgument <= #ARGV then
    -- Nobody looks at them after the last batch.
    for index = putsBefore + 1, #puts do
      local put = puts[index]
      rows[put[1]][put[2]] = put[3]
    end
  end
  answers[#answers + 1] = refusal or writtens and table.concat(writtens, '\\n') or written
end

-- Feed: what all batches changed, once.
local lines
if #changes > 0 then
  lines = table.concat(changes, '\\n')
  local feed, id = base .. 'feed', lastSeq .. '-0'
  local before = lastSeq - #changes == start and start > 0 and call('HGET', base .. 'meta', 'before')
  if before then
    call('XADD', feed, id, 'c', lines, 'b', before)
  elseif lastSeq % 64 < #changes then
    if lastSeq - start < tonumber(maxChanges) and start > 0 then
      -- Positions have a gap here, so they don't tell how many changes there are: count entries.
      call('XADD', feed, 'MAXLEN', '~', maxChanges, id, 'c', lines)
    else
      -- As text: Redis 7.2.0 to 7.2.4 would write the number 100000000 as 1e+8 (redis/redis#13113).
      call('XADD', feed, 'MINID', '~', math.max(0, lastSeq - maxChanges) .. '-0', id, 'c', lines)
    end
  else
    call('XADD', feed, id, 'c', lines)
  end
  call('HSET', base .. 'meta', 'seq', lastSeq .. ' ' .. known)
end

-- Indexes. Additions to a sorted set wait for the end, by key: score, member, score, member…
local additions, hasAdditions, listsOf = {}, false, {}
for index = 1, #puts do
  local collection, id, newRow, expires, oldExpires, seq, indexes, oldIndexes, _, keeps, version, oldVersion, row, isDelete =
    unpack(puts[index], 1, 14)
  if expires ~= '0' then
    call('ZADD', base .. 'expires', expires, collection .. '\\0' .. id)
  elseif oldExpires ~= '0' then
    call('ZREM', base .. 'expires', collection .. '\\0' .. id)
  end
  if seq then
    local prefix = base .. 'i:' .. collection .. ':'
    if oldIndexes ~= '' and oldIndexes ~= indexes then
      -- It may be among the additions. The loop is that of the end: a function would cost more than two lines.
      if hasAdditions then
        for key, entries in pairs(additions) do
          for from = 1, #entries, 1000 do call('ZADD', key, unpack(entries, from, math.min(from + 999, #entries))) end
        end
        additions, hasAdditions = {}, false
      end
      for suffix in gmatch(oldIndexes, '[^,]+') do call('ZREM', prefix .. suffix, id) end
    end
    -- Past: what \`pastEffect\` (packages/memory/src/store/past.ts) adds. What goes, goes once all is added.
    if keeps and keeps ~= 'none' and (oldVersion or isDelete) then
      local key, name = base .. 'p:' .. collection, (find(id, '\\0', 1, true) and string.gsub(id, '%z', '\\0\\1') or id) .. '\\0\\0'
      local entries = additions[key] or {}
      local count = #entries
      additions[key], hasAdditions = entries, true
      if oldVersion then
        entries[count + 1] = '0'
        entries[count + 2] = name .. sub('000000000000000' .. oldVersion, -16) .. ' ' .. now .. ' ' .. row
        count = count + 2
      end
      if isDelete then
        entries[count + 1] = '0'
        entries[count + 2] = name .. sub('000000000000000' .. version, -16) .. ' ' .. now .. ' ' .. newRow
      end
    end
    -- In the index by name a row stays where it is.
    local kept = oldIndexes == indexes and prefix .. indexes
    local keys = kept and listsOf[kept]
    if not keys then
      keys = {}
      for suffix in gmatch(indexes, '[^,]+') do
        if suffix ~= '=' then
          keys[#keys + 1] = prefix .. suffix
        elseif not kept then
          local key = prefix .. suffix
          local entries = additions[key] or {}
          local count = #entries
          entries[count + 1], entries[count + 2] = '0', id
          additions[key], hasAdditions = entries, true
        end
      end
      if kept then listsOf[kept] = keys end
    end
    for at = 1, #keys do
      local key = keys[at]
      local entries = additions[key]
      if entries then
        local count = #entries
        entries[count + 1], entries[count + 2] = seq, id
      else
        additions[key], hasAdditions = { seq, id }, true
      end
    end
  end
end
for key, entries in pairs(additions) do
  for from = 1, #entries, 1000 do call('ZADD', key, unpack(entries, from, math.min(from + 999, #entries))) end
end

-- Past versions that go: all up to a delete that erases them; now and then those beyond the newest of each label.
for index = 1, #puts do
  local put = puts[index]
  local keeps, version, since = put[10], put[11], put[15]
  if keeps == 'none' or keeps and keeps ~= 'all' and version % 32 == 0 then
    local key, name = base .. 'p:' .. put[1], string.gsub(put[2], '%z', '\\0\\1') .. '\\0\\0'
    -- A delete is a past version itself. That of a set may be one by now, of a later write.
    local from, to = '[' .. name, '(' .. name .. sub('000000000000000' .. version, -16) .. (put[14] and ':' or '')
    if keeps == 'none' then
      call('ZREMRANGEBYLEX', key, from, to)
    elseif call('ZLEXCOUNT', key, from, '(' .. name .. sub('000000000000000' .. since, -16)) == 0 then
      -- All have one label: those go from the first beyond on. None has to be read for its label.
      local last = call('ZREVRANGEBYLEX', key, to, from, 'LIMIT', keeps, 1)[1]
      if last then call('ZREMRANGEBYLEX', key, from, '[' .. last) end
    else
      local found, counts, gone = call('ZRANGEBYLEX', key, from, to), {}, {}
      for at = #found, 1, -1 do
        local label = match(found[at], '^%d+ %d+ v?[45678]? ?%x+ %d+ %d+ %d+ %d+ %d+ %d (%S+)', #name + 1)
        if label then counts[label] = (counts[label] or 0) + 1 end
        if not label or counts[label] > tonumber(keeps) then gone[#gone + 1] = found[at] end
      end
      for from = 1, #gone, 1000 do call('ZREM', key, unpack(gone, from, math.min(from + 999, #gone))) end
    end
  end
end

-- Rows, in order. Their keys are hashes: each was read above.
local at = 1
while at <= #puts do
  local collection, pairsOf, count = puts[at][1], {}, 0
  while at <= #puts and puts[at][1] == collection and count < 2000 do
    pairsOf[count + 1], pairsOf[count + 2] = puts[at][2], puts[at][3]
    at, count = at + 1, count + 2
  end
  call('HSET', base .. 'r:' .. collection, unpack(pairsOf))
end

-- Contents that no object has any more, after all rows. Rows of an older format are not listed by name: then they stay.
for index = 1, #puts do
  local contents = puts[index][9]
  if contents and tonumber(call('HGET', base .. 'meta', 'oldestFormat') or '3') >= 6 then
    local hash = match(contents, '^[^,]+')
    -- Ids of objects are plain text below the byte 127.
    if #call('ZRANGEBYLEX', base .. 'i:objects:=', '[' .. hash, '(' .. hash .. '\\127', 'LIMIT', 0, 1) == 0 then
      for encoded in gmatch(contents, '[^,]+') do
        call('DEL', base .. 'o:' .. string.gsub(encoded, '%%(%x%x)', function(hex) return string.char(tonumber(hex, 16)) end))
      end
    end
  end
end

if lines then call('PUBLISH', ARGV[3], lastSeq .. '\\n' .. lines) end
return answers
`

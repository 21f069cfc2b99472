-- Applies batches of mutations, each batch as one atom.
--
-- Twin of `decideMutation` (packages/memory/src/store/apply-mutation.ts): the section "Decide" takes the same
-- decisions in the same order: range, guard, label, version, content, check, seal, next row. Change both together. The contract suite and
-- write-script.test.ts, with random programs, hold the two against each other.
--
-- KEYS[1]   prefix of all keys of the space
-- ARGV[1]   how many changes the feed keeps, about
-- ARGV[2]   what the caller knows of the space: run, incarnation and start, as in `meta` (lua/open-space.lua)
-- ARGV[3]   the channel that tells of changes
-- ARGV[4]   the newest position of this incarnation that the caller has heard of
-- ARGV[5…]  the mutations of all batches, five arguments each (records/mutation-arguments.ts); `-` stands for what is
--           absent:
--   kind      what is the same for many, separated by spaces: op; collection; over; how many past versions of a label
--             to keep, `all`, or `none` to erase them; ttlMs; indexes; label; task; author. Where there are conditions,
--             six more: asVersion, positionKey, contents (names of bytes, separated by commas: a set needs one of them,
--             a delete drops all), guardVersion, guardCollection, guardId.
--   version   ifVersion; at the first of several in a batch, a space and their number
--   sum       checksum of the content
--   name      id
--   content   a line of details and the value, as the row will hold them
--   The check of a range has other things in these places: in that of `over` the audience, of `ttlMs` the position, of
--   the checksum the incarnation, of label and task the times since and until; `indexes` are those that its records are
--   in, `author` is theirs, `id` is how their ids begin. Its content is the author that is left out.
--
-- Reply: { { 'lost' } } when the space is not what the caller knows, or older; then nothing was done. Otherwise, for
-- each batch
--   a line for each mutation, `version seq created updated expires`
--   or { 'refused', index, reason, row, version }  the mutation, why, the row in its way or '', the version of a 'seal'
--   or { 'damaged', index, whose, beginning }      the row of the mutation ('row') or of its guard ('guard')
--
-- A row is three lines, after a mark of its format (records/row-format.ts; rows of format 3 have none):
--   head      checksum of the rest of this line and of the next, version, seq, created, updated, expires (0: never),
--             deleted, label, task, author, checksum of the content; where the value is sealed, a period and the tag of its
--             position (`atPosition`), which the reader appends to the value; a version from which on all have this
--             label, absent in rows before format 8
--   indexes   suffixes of the sorted sets that list the record, separated by commas
--   content
-- Names are percent-encoded unless they are plain; a task begins with `=`. The client computes the checksum of the
-- content, which may be long, over the name of the record and the content.
--
-- A past version is a member of the sorted set `p:` of its collection, all with score 0: the id, with \1 after each NUL in
-- it, two NULs, the version in 16 digits, the time until which it was the present one, and the row as it was.
--
-- An entry of the feed holds the changes of one call, a line each: op, collection, version, at, label, task, author,
-- id. Its id is the `seq` of the last one. Subscribers get the same lines after that `seq`. The first entry after a
-- jump of the positions names those from which it is the next one (`b`).
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
local rowForm = '^v?[45678]? ?%x%x%x%x%x%x%x%x (%d+) (%d+) (%d+) %d+ (%d+) (%d) (%S+) %S+ %S* %S+ ?(%d*)\n([^\n]*)\n'

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

    -- range: of what a list showed up to a position, no more may be there by now (`isUnwritten` in store/range-check.ts)
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
          '^v?[45678]? ?%x+ %d+ (%d+) %d+ (%d+) (%d+) (%d) (%S+) %S+ (%S*) %S+ ?%d*\n([^\n]*)\n')
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

    -- The current row. What decideMutation calls `current` is there if it is live.
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

    -- label: `over` covers that of the current record (`covers` in values/access.ts)
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
          '^v?[45678]? ?(%x%x%x%x%x%x%x%x) (%d+ %d+ %d+ (%d+) %d+ %d %S+ (%S+) (%S*) (%S+) ?%d*\n[^\n]*)\n(.*)$')
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
      local head = written .. ' ' .. deleted .. ' ' .. labelAndTask .. ' ' .. author .. ' ' .. contentSum .. ' ' .. since .. '\n' .. indexes
      local newRow = 'v8 ' .. sub(redis.sha1hex(head), 1, 8) .. ' ' .. head .. '\n' .. content
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
  answers[#answers + 1] = refusal or writtens and table.concat(writtens, '\n') or written
end

-- Feed: what all batches changed, once.
local lines
if #changes > 0 then
  lines = table.concat(changes, '\n')
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
    call('ZADD', base .. 'expires', expires, collection .. '\0' .. id)
  elseif oldExpires ~= '0' then
    call('ZREM', base .. 'expires', collection .. '\0' .. id)
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
    -- Past: what `pastEffect` (packages/memory/src/store/past.ts) adds. What goes, goes once all is added.
    if keeps and keeps ~= 'none' and (oldVersion or isDelete) then
      local key, name = base .. 'p:' .. collection, (find(id, '\0', 1, true) and string.gsub(id, '%z', '\0\1') or id) .. '\0\0'
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
    local key, name = base .. 'p:' .. put[1], string.gsub(put[2], '%z', '\0\1') .. '\0\0'
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
    if #call('ZRANGEBYLEX', base .. 'i:objects:=', '[' .. hash, '(' .. hash .. '\127', 'LIMIT', 0, 1) == 0 then
      for encoded in gmatch(contents, '[^,]+') do
        call('DEL', base .. 'o:' .. string.gsub(encoded, '%%(%x%x)', function(hex) return string.char(tonumber(hex, 16)) end))
      end
    end
  end
end

if lines then call('PUBLISH', ARGV[3], lastSeq .. '\n' .. lines) end
return answers

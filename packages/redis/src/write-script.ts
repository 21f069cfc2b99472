/** The arguments of a mutation, in order. Each costs both sides time, so they are few. */
export const mutationArguments = [
  /**
   * op, collection, over, ifVersion, time to live, indexes, label, task, check
   * sum of the content, author and id, each without spaces, parted by them; -
   * for what it does not say.
   */
  'told',
  'id',
  /** asVersion, guardVersion, guardCollection and guardId, in the same way; `''` for none of them. */
  'conditions',
  'content',
] as const

/**
 * Applies batches, in the server, each as one atom: what `decideMutation` of
 * `@skein/memory` says, in Lua. The contract suite and random programs hold the
 * two against each other.
 *
 * KEYS[1]  what all keys of the space begin with
 * ARGV[1]  an incarnation for the space, should it have none
 * ARGV[2]  changes that the feed keeps, about
 * ARGV[3]  how many mutations each batch has, parted by spaces
 * ARGV[4…] the mutations, so many arguments each as {@link mutationArguments} names
 *
 * Answers for each batch with a list: `ok` and the numbers of what stands there
 * now, or `no` or `damaged`, the place of the mutation in its batch, and why.
 *
 * A row is three lines: its head, the suffixes of its indexes, its content. The
 * head: a check sum of both lines, version, seq, created, updated, expires (0:
 * never), deleted, label, task, the check sum of the content, parted by spaces;
 * commas part the suffixes. Both are percent-encoded; a task begins with =,
 * - stands for none. The writer reckons the sum of the content, which may be long.
 *
 * An entry of the feed holds what was changed together, a line each, and is named
 * by the `seq` of the last of them: op, collection, version, at, label, task,
 * author and id, parted by spaces too. Others are told the same, after that `seq`.
 *
 * Nothing of a batch is written before all of it is decided, so a refusal, or a
 * server without memory, leaves everything as it was. A server has memory for all
 * batches or for none: it looks when a script first writes.
 *
 * The server does nothing else meanwhile, and others hear of the change only
 * when it is done: so each command is called once for all batches where it can
 * be, and what is a number in a row stays text unless it is reckoned with.
 */
export const writeScript: string = `
local base, call = KEYS[1], redis.call
local format, match, gmatch = string.format, string.match, string.gmatch
local time = call('TIME')
-- Milliseconds: the seconds, and the first three of six digits.
local at = time[1] .. string.sub('00000' .. time[2], -6, -4)

-- Version, seq, created, updated, expires, deleted, label, task, sum and indexes of a row, as text.
local function parse(row)
  return match(row, '^%x+ (%d+) (%d+) (%d+) (%d+) (%d+) (%d) (%S+) (%S+) (%S+)\\n([^\\n]*)\\n')
end

local function isAlive(expires, deleted)
  return deleted == '0' and (expires == '0' or tonumber(expires) > tonumber(at))
end

-- Labels are words joined by +: the level, then the compartments.
local function covers(audience, label)
  local levels, has, level, own = { public = 0, internal = 1, confidential = 2 }, {}, nil, nil
  for word in gmatch(audience, '[^+]+') do
    if level then has[word] = true else level = word end
  end
  for word in gmatch(label, '[^+]+') do
    if not own then
      own = word
      if levels[own] > levels[level] then return false end
    elseif not has[word] then return false end
  end
  return true
end

-- Places in the feed are taken for all that may change, before the first change, and what is left is given back.
local seqNow, seqEnd
local function nextSeq(mostChanges)
  if not seqNow then
    seqEnd = call('HINCRBY', base .. 'meta', 'seq', mostChanges)
    seqNow = seqEnd - mostChanges
    if seqNow == 0 then call('HSETNX', base .. 'meta', 'incarnation', ARGV[1]) end
  end
  seqNow = seqNow + 1
  return format('%d', seqNow)
end

-- What goes into indexes waits for the end, or for what has to leave one.
local entering, isEntering = {}, false
local function enterAll()
  for key, entries in pairs(entering) do
    for from = 1, #entries, 1000 do call('ZADD', key, unpack(entries, from, math.min(from + 999, #entries))) end
  end
  entering, isEntering = {}, false
end
local function enter(key, seq, id)
  local entries = entering[key]
  if entries then
    local size = #entries
    entries[size + 1], entries[size + 2] = seq, id
  else
    entering[key], isEntering = { seq, id }, true
  end
end

local changes = {}

local function apply(first, size)
  local steps, answer = {}, { 'ok' }
  for place = 0, size - 1 do
    local said = first + place * ${mutationArguments.length}
    local id, conditions, content = ARGV[said + 1], ARGV[said + 2], ARGV[said + 3]
    local op, collection, over, ifVersion, ttl, indexes, about, sum, who =
      match(ARGV[said], '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+ %S+) (%S+) (%S* %S*)$')
    local row = call('HGET', base .. 'r:' .. collection, id)
    local isLive, version, seq, created, updated, expires, deleted, label, task, oldSum, oldIndexes = false
    if row then
      version, seq, created, updated, expires, deleted, label, task, oldSum, oldIndexes = parse(row)
      if not version then return { 'damaged', place } end
      isLive = isAlive(expires, deleted)
    end
    local asVersion
    if conditions ~= '' then
      local guardVersion, guardCollection, guardId
      asVersion, guardVersion, guardCollection, guardId = match(conditions, '^(%S+) (%S+) (%S+) (.*)$')
      if guardVersion ~= '-' then
        local guard = call('HGET', base .. 'r:' .. guardCollection, guardId)
        local has, _, _, _, ends, isGone = nil
        if guard then
          has, _, _, _, ends, isGone = parse(guard)
          if not has then return { 'damaged', place } end
        end
        if not guard or not isAlive(ends, isGone) then return { 'no', place, 'guard', '', '0' } end
        if has ~= guardVersion then return { 'no', place, 'guard', guard, '0' } end
      end
    end
    if isLive and over ~= '-' and label ~= 'public' and not covers(over, label) then
      return { 'no', place, 'label', row, '0' }
    end
    if ifVersion ~= '-' and (isLive and version or '0') ~= ifVersion then
      return { 'no', place, 'version', isLive and row or '', '0' }
    end

    if op == 'set' or isLive then
      local oldExpires = expires or '0'
      if op == 'set' or op == 'delete' then
        local floor = row and 0 or tonumber(call('HGET', base .. 'floors', collection) or '0')
        version = format('%d', math.max(version or 0, floor) + 1)
        if asVersion and asVersion ~= '-' and asVersion ~= version then return { 'no', place, 'seal', '', version } end
        created, updated = isLive and created or at, at
        if op == 'set' then
          expires, deleted = ttl == '-' and '0' or format('%d', at + ttl), '0'
        else
          expires, deleted, about, indexes = at, '1', label .. ' ' .. task, ''
        end
      else
        about, indexes = label .. ' ' .. task, oldIndexes
        if op == 'touch' then
          expires, sum, content = format('%d', at + ttl), oldSum, match(row, '^[^\\n]*\\n[^\\n]*\\n(.*)$')
        end
      end
      steps[#steps + 1] = {
        op, collection, id, version, seq or '', created, updated, expires, deleted, about, indexes, sum, content, who,
        oldExpires, oldIndexes or '',
      }
    else
      steps[#steps + 1] = false
    end
  end

  for _, step in ipairs(steps) do
    if step then
      local op, collection, id, version, seq, created, updated, expires, deleted, about, indexes, sum, content, who,
        oldExpires, oldIndexes = unpack(step)
      if op == 'set' or op == 'delete' then
        seq = nextSeq((#ARGV - first + 1) / ${mutationArguments.length})
        local prefix = base .. 'i:' .. collection .. ':'
        if oldIndexes ~= '' and oldIndexes ~= indexes then
          if isEntering then enterAll() end
          for suffix in gmatch(oldIndexes, '[^,]+') do call('ZREM', prefix .. suffix, id) end
        end
        for suffix in gmatch(indexes, '[^,]+') do enter(prefix .. suffix, seq, id) end
        changes[#changes + 1] = op .. ' ' .. collection .. ' ' .. version .. ' ' .. at .. ' ' .. about .. ' ' .. who
      end
      local numbers = version .. ' ' .. seq .. ' ' .. created .. ' ' .. updated .. ' ' .. expires
      local head = numbers .. ' ' .. deleted .. ' ' .. about .. ' ' .. sum .. '\\n' .. indexes
      local row = string.sub(redis.sha1hex(head), 1, 8) .. ' ' .. head .. '\\n' .. content
      call('HSET', base .. 'r:' .. collection, id, row)
      if expires ~= '0' then
        call('ZADD', base .. 'expires', expires, collection .. '\\0' .. id)
      elseif oldExpires ~= '0' then
        call('ZREM', base .. 'expires', collection .. '\\0' .. id)
      end
      answer[#answer + 1] = numbers
    else
      answer[#answer + 1] = '0 0 ' .. at .. ' ' .. at .. ' 0'
    end
  end
  return answer
end

local answers, first = {}, 4
for size in gmatch(ARGV[3], '%d+') do
  answers[#answers + 1] = apply(first, tonumber(size))
  first = first + size * ${mutationArguments.length}
end
if seqNow then
  if seqNow < seqEnd then call('HINCRBY', base .. 'meta', 'seq', seqNow - seqEnd) end
  enterAll()
  local last, lines = format('%d', seqNow), table.concat(changes, '\\n')
  call('XADD', base .. 'feed', 'MINID', '~', format('%d', math.max(0, seqNow - ARGV[2])), last .. '-0', 'c', lines)
  call('PUBLISH', base .. 'changes', last .. '\\n' .. lines)
end
return answers
`

/**
 * Removes up to ARGV[1] expired rows, raising the floor of their collections to
 * the highest version that goes.
 */
export const sweepScript: string = `
local base, limit = KEYS[1], tonumber(ARGV[1])
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local members = redis.call('ZRANGEBYSCORE', base .. 'expires', '-inf', now, 'LIMIT', 0, limit)
for _, member in ipairs(members) do
  local at = string.find(member, '\\0', 1, true)
  local collection, id = string.sub(member, 1, at - 1), string.sub(member, at + 1)
  local row = redis.call('HGET', base .. 'r:' .. collection, id)
  if row then
    local version, indexes = string.match(row, '^%x+ (%d+) %d+ %d+ %d+ %d+ %d %S+ %S+ %S+\\n([^\\n]*)\\n')
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
return #members
`

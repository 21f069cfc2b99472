/** The arguments of a mutation, in order. Each costs both sides time, so they are few. */
export const mutationArguments = [
  /**
   * op, collection, over, ifVersion, time to live, indexes, label, task, author
   * and id, each without spaces, parted by them; - for what it does not say.
   */
  'told',
  'id',
  /** asVersion, guardVersion, guardCollection and guardId, in the same way; `''` for none of them. */
  'conditions',
  'content',
] as const

/**
 * Applies one batch, in the server, as one atom: what `decideMutation` of
 * `@skein/memory` says, in Lua. The contract suite and random programs hold the
 * two against each other.
 *
 * KEYS[1]  what all keys of the space begin with
 * ARGV[1]  an incarnation for the space, should it have none
 * ARGV[2]  changes that the feed keeps, about
 * ARGV[3…] the mutations, so many arguments each as {@link mutationArguments} names
 *
 * A row is three lines: its head, the suffixes of its indexes, its content. The
 * head: a check sum of all that follows it, version, seq, created, updated,
 * expires (0: never), deleted, label, task, parted by spaces; commas part the
 * suffixes. Both are percent-encoded; a task begins with =, - stands for none. A
 * change is one field of the feed: op, collection, version, at, label,
 * task, author and id, parted by spaces too.
 *
 * Nothing is written before all is decided, so a refusal, or a server without
 * memory, leaves everything as it was.
 *
 * The server does nothing else meanwhile, and others hear of the change only
 * when it is done: so what is a number in a row stays text unless it is reckoned
 * with, since making text of a number is the dearest thing here.
 */
export const writeScript: string = `
local base, call = KEYS[1], redis.call
local format, match, gmatch = string.format, string.match, string.gmatch
local time = call('TIME')
-- Milliseconds: the seconds, and the first three of six digits.
local at = time[1] .. string.sub('00000' .. time[2], -6, -4)

-- Version, seq, created, updated, expires, deleted, label, task and indexes of a row, as text.
local function parse(row)
  return match(row, '^%x+ (%d+) (%d+) (%d+) (%d+) (%d+) (%d) (%S+) (%S+)\\n([^\\n]*)\\n')
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

local function place(first) return (first - 3) / ${mutationArguments.length} end

local steps, changes = {}, 0
local answer = { 'ok' }

for first = 3, #ARGV, ${mutationArguments.length} do
  local id, conditions, content = ARGV[first + 1], ARGV[first + 2], ARGV[first + 3]
  local op, collection, over, ifVersion, ttl, indexes, about, who =
    match(ARGV[first], '^(%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+ %S+) (%S* %S*)$')
  local row = call('HGET', base .. 'r:' .. collection, id)
  local isLive, version, seq, created, updated, expires, deleted, label, task, oldIndexes = false
  if row then
    version, seq, created, updated, expires, deleted, label, task, oldIndexes = parse(row)
    if not version then return { 'damaged', place(first) } end
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
        if not has then return { 'damaged', place(first) } end
      end
      if not guard or not isAlive(ends, isGone) then return { 'no', place(first), 'guard', '', '0' } end
      if has ~= guardVersion then return { 'no', place(first), 'guard', guard, '0' } end
    end
  end
  if isLive and over ~= '-' and label ~= 'public' and not covers(over, label) then
    return { 'no', place(first), 'label', row, '0' }
  end
  if ifVersion ~= '-' and (isLive and version or '0') ~= ifVersion then
    return { 'no', place(first), 'version', isLive and row or '', '0' }
  end

  if op == 'set' or isLive then
    local oldExpires = expires or '0'
    if op == 'set' or op == 'delete' then
      changes = changes + 1
      local floor = row and 0 or tonumber(call('HGET', base .. 'floors', collection) or '0')
      version = format('%d', math.max(version or 0, floor) + 1)
      if asVersion and asVersion ~= '-' and asVersion ~= version then return { 'no', place(first), 'seal', '', version } end
      created, updated = isLive and created or at, at
      if op == 'set' then
        expires, deleted = ttl == '-' and '0' or format('%d', at + ttl), '0'
      else
        expires, deleted, about, indexes = at, '1', label .. ' ' .. task, ''
      end
    else
      about, indexes = label .. ' ' .. task, oldIndexes
      if op == 'touch' then
        expires, content = format('%d', at + ttl), match(row, '^[^\\n]*\\n[^\\n]*\\n(.*)$')
      end
    end
    steps[#steps + 1] = {
      op, collection, id, version, seq or '', created, updated, expires, deleted, about, indexes, content, who,
      oldExpires, oldIndexes or '',
    }
  else
    steps[#steps + 1] = false
  end
end

local seqNow = 0
if changes > 0 then
  local last = call('HINCRBY', base .. 'meta', 'seq', changes)
  seqNow = last - changes
  if seqNow == 0 then call('HSETNX', base .. 'meta', 'incarnation', ARGV[1]) end
end
for _, step in ipairs(steps) do
  if step then
    local op, collection, id, version, seq, created, updated, expires, deleted, about, indexes, content, who,
      oldExpires, oldIndexes = unpack(step)
    local isChange = op == 'set' or op == 'delete'
    if isChange then
      seqNow = seqNow + 1
      seq = format('%d', seqNow)
    end
    local head = version .. ' ' .. seq .. ' ' .. created .. ' ' .. updated .. ' ' .. expires
    local body = head .. ' ' .. deleted .. ' ' .. about .. '\\n' .. indexes .. '\\n' .. content
    call('HSET', base .. 'r:' .. collection, id, string.sub(redis.sha1hex(body), 1, 8) .. ' ' .. body)
    if expires ~= '0' then
      call('ZADD', base .. 'expires', expires, collection .. '\\0' .. id)
    elseif oldExpires ~= '0' then
      call('ZREM', base .. 'expires', collection .. '\\0' .. id)
    end
    if isChange then
      local prefix = base .. 'i:' .. collection .. ':'
      if oldIndexes ~= indexes then
        for suffix in gmatch(oldIndexes, '[^,]+') do call('ZREM', prefix .. suffix, id) end
      end
      for suffix in gmatch(indexes, '[^,]+') do call('ZADD', prefix .. suffix, seq, id) end
      local change = op .. ' ' .. collection .. ' ' .. version .. ' ' .. at .. ' ' .. about .. ' ' .. who
      call('XADD', base .. 'feed', 'MAXLEN', '~', ARGV[2], seq .. '-0', 'c', change)
      call('PUBLISH', base .. 'changes', seq .. ' ' .. change)
    end
    answer[#answer + 1] = head
  else
    answer[#answer + 1] = '0 0 ' .. at .. ' ' .. at .. ' 0'
  end
end
return answer
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
    local version, indexes = string.match(row, '^%x+ (%d+) %d+ %d+ %d+ %d+ %d %S+ %S+\\n([^\\n]*)\\n')
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

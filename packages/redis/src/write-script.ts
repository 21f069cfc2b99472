/** The arguments of a mutation, in order; `''` for what it does not say. */
export const mutationArguments = [
  'op',
  'collection',
  'id',
  /** Percent-encoded, as what comes after it. */
  'encodedId',
  'author',
  'task',
  'ifVersion',
  'asVersion',
  'over',
  'guardCollection',
  'guardId',
  'guardVersion',
  'label',
  'ttlMs',
  'indexes',
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
 * expires (0: never), deleted, label, task. Suffixes and task are
 * percent-encoded, so that spaces part them; a task begins with =, - stands for
 * none. A change is one field of the feed: op, collection, version, at, label,
 * task, author and id, parted by spaces too.
 *
 * Nothing is written before all is decided, so a refusal, or a server without
 * memory, leaves everything as it was.
 */
export const writeScript: string = `
local base, incarnation, maxChanges = KEYS[1], ARGV[1], ARGV[2]
local call, format, match, gmatch = redis.call, string.format, string.match, string.gmatch
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function text(value) return format('%.0f', value) end

local function parse(row)
  if not row then return nil end
  local version, seq, created, updated, expires, deleted, label, task, indexes =
    match(row, '^%x+ (%d+) (%d+) (%d+) (%d+) (%d+) (%d) (%S+) (%S+)\\n([^\\n]*)\\n')
  if not version then return { damaged = true } end
  return {
    version = tonumber(version), seq = tonumber(seq), created = tonumber(created), updated = tonumber(updated),
    expires = tonumber(expires), deleted = deleted == '1', label = label, task = task, indexes = indexes, raw = row,
  }
end

local function isLive(row)
  return row and not row.deleted and (row.expires == 0 or row.expires > now)
end

-- Labels are words joined by +: the level, then the compartments.
local levels = { public = 0, internal = 1, confidential = 2 }
local function covers(audience, label)
  if label == 'public' then return true end
  local has, level, own = {}, nil, nil
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

local function refuse(index, reason, shown, version)
  return { 'no', index, reason, shown and shown.raw or '', version and text(version) or '0' }
end

local before = tonumber(call('HGET', base .. 'meta', 'seq') or '0')
local seq, steps, answer = before, {}, { 'ok' }

for at = 3, #ARGV, ${mutationArguments.length} do
  local index = (at - 3) / ${mutationArguments.length}
  local op, collection, id, encodedId, author, task, ifVersion, asVersion, over, guardCollection, guardId, guardVersion,
    label, ttl, indexes, content = unpack(ARGV, at, at + ${mutationArguments.length - 1})
  local row = parse(call('HGET', base .. 'r:' .. collection, id))
  if row and row.damaged then return { 'damaged', index } end
  local current = isLive(row) and row or nil
  if guardVersion ~= '' then
    local guard = parse(call('HGET', base .. 'r:' .. guardCollection, guardId))
    if guard and guard.damaged then return { 'damaged', index } end
    if not isLive(guard) then return refuse(index, 'guard', nil) end
    if guard.version ~= tonumber(guardVersion) then return refuse(index, 'guard', guard) end
  end
  if current and over ~= '' and not covers(over, current.label) then return refuse(index, 'label', current) end
  if ifVersion ~= '' and (current and current.version or 0) ~= tonumber(ifVersion) then
    return refuse(index, 'version', current)
  end
  local floor = 0
  if not row then floor = tonumber(call('HGET', base .. 'floors', collection) or '0') end
  local version = math.max(row and row.version or 0, floor) + 1
  if asVersion ~= '' and tonumber(asVersion) ~= version then return refuse(index, 'seal', nil, version) end

  local next = { op = op, collection = collection, id = id, encodedId = encodedId, author = author, before = row }
  if op == 'set' then
    seq = seq + 1
    next.version, next.seq, next.created, next.updated = version, seq, current and current.created or now, now
    next.expires, next.deleted, next.label, next.task = ttl ~= '' and now + ttl or 0, '0', label, task
    next.indexes, next.content = indexes, content
  elseif op ~= 'delete' then
    next.version, next.seq, next.created, next.updated = current.version, current.seq, current.created, current.updated
    next.expires, next.deleted, next.label, next.task = current.expires, '0', current.label, current.task
    next.indexes = current.indexes
    if op == 'touch' then
      next.expires, next.content = now + ttl, match(row.raw, '^[^\\n]*\\n[^\\n]*\\n(.*)$')
    else
      next.content = content
    end
  elseif current then
    seq = seq + 1
    next.version, next.seq, next.created, next.updated = version, seq, current.created, now
    next.expires, next.deleted, next.label, next.task = now, '1', current.label, current.task
    next.indexes, next.content = '', content
  end
  if next.version then
    steps[#steps + 1] = next
    next.head = text(next.version) .. ' ' .. text(next.seq) .. ' '
    next.times = text(next.created) .. ' ' .. text(next.updated) .. ' ' .. text(next.expires)
    answer[#answer + 1] = next.head .. next.times
  else
    answer[#answer + 1] = '0 0 ' .. text(now) .. ' ' .. text(now) .. ' 0'
  end
end

for _, next in ipairs(steps) do
  local collection, id, old = next.collection, next.id, next.before
  local body = next.head .. next.times .. ' ' .. next.deleted .. ' ' .. next.label .. ' ' .. next.task .. '\\n' ..
    next.indexes .. '\\n' .. next.content
  call('HSET', base .. 'r:' .. collection, id, string.sub(redis.sha1hex(body), 1, 8) .. ' ' .. body)
  if next.expires ~= 0 then
    call('ZADD', base .. 'expires', text(next.expires), collection .. '\\0' .. id)
  elseif old and old.expires ~= 0 then
    call('ZREM', base .. 'expires', collection .. '\\0' .. id)
  end
  if next.op == 'set' or next.op == 'delete' then
    local index = base .. 'i:' .. collection .. ':'
    if old and old.indexes ~= next.indexes then
      for suffix in gmatch(old.indexes, '%S+') do call('ZREM', index .. suffix, id) end
    end
    local position = text(next.seq)
    for suffix in gmatch(next.indexes, '%S+') do call('ZADD', index .. suffix, position, id) end
    local change = next.op .. ' ' .. collection .. ' ' .. text(next.version) .. ' ' .. text(next.updated) .. ' ' ..
      next.label .. ' ' .. next.task .. ' ' .. next.author .. ' ' .. next.encodedId
    call('XADD', base .. 'feed', 'MAXLEN', '~', maxChanges, position .. '-0', 'c', change)
    call('PUBLISH', base .. 'changes', position .. ' ' .. change)
  end
end
if seq ~= before then
  if before == 0 then call('HSETNX', base .. 'meta', 'incarnation', incarnation) end
  call('HSET', base .. 'meta', 'seq', text(seq))
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
      for suffix in string.gmatch(indexes, '%S+') do
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

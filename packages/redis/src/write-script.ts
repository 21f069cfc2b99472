/**
 * Applies one batch, in the server, as one atom: what `decideMutation` of
 * `@skein/memory` says, in Lua. The contract suite and random programs hold the
 * two against each other.
 *
 * KEYS[1]  what all keys of the space begin with
 * ARGV[1]  an incarnation for the space, should it have none
 * ARGV[2]  changes that the feed keeps, about
 * ARGV[3]  the mutations as JSON, without contents
 * ARGV[4…] the content of each
 *
 * A row is three lines: its head, the suffixes of its indexes as JSON, its
 * content. The head: a check sum of all that follows it, version, seq, created,
 * updated, expires (0: never), deleted, label, task (percent-encoded; - for none).
 *
 * Nothing is written before all is decided, so a refusal, or a server without
 * memory, leaves everything as it was.
 */
export const writeScript = `
local base, incarnation, maxChanges = KEYS[1], ARGV[1], ARGV[2]
local batch = cjson.decode(ARGV[3])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local levels = { public = 0, internal = 1, confidential = 2 }
local number = function(value) return string.format('%.0f', value) end

local function parse(row)
  if not row then return nil end
  local version, seq, created, updated, expires, deleted, label, task, indexes, content =
    string.match(row, '^%x+ (%d+) (%d+) (%d+) (%d+) (%d+) (%d) (%S+) (%S+)\\n([^\\n]*)\\n(.*)$')
  if not version then return { damaged = true, raw = row } end
  return {
    version = tonumber(version), seq = tonumber(seq), created = tonumber(created), updated = tonumber(updated),
    expires = tonumber(expires), deleted = deleted == '1', label = label, task = task,
    indexes = indexes, content = content, raw = row,
  }
end

local function isLive(row)
  return row and not row.deleted and (row.expires == 0 or row.expires > now)
end

local function read(collection, id)
  return parse(redis.call('HGET', base .. 'r:' .. collection, id))
end

-- Labels are words joined by +: the level, then the compartments.
local function covers(audience, label)
  local has, level = {}, nil
  for word in string.gmatch(audience, '[^+]+') do
    if level then has[word] = true else level = word end
  end
  local own = nil
  for word in string.gmatch(label, '[^+]+') do
    if not own then
      own = word
      if levels[own] > levels[level] then return false end
    elseif not has[word] then return false end
  end
  return true
end

local seq = tonumber(redis.call('HGET', base .. 'meta', 'seq') or '0')
local rows, answer = {}, { 'ok' }

for index, m in ipairs(batch) do
  local row = read(m.c, m.id)
  if row and row.damaged then return { 'damaged', index - 1 } end
  local current = isLive(row) and row or nil
  local function refuse(reason, shown, version)
    return { 'no', index - 1, reason, shown and shown.raw or '', version and number(version) or '0' }
  end
  if m.guard then
    local guard = read(m.guard.c, m.guard.id)
    if guard and guard.damaged then return { 'damaged', index - 1 } end
    if not isLive(guard) or guard.version ~= m.guard.v then return refuse('guard', isLive(guard) and guard or nil) end
  end
  if m.over and current and not covers(m.over, current.label) then return refuse('label', current) end
  if m.ifv and (current and current.version or 0) ~= m.ifv then return refuse('version', current) end
  local floor = 0
  if not row then floor = tonumber(redis.call('HGET', base .. 'floors', m.c) or '0') end
  local version = math.max(row and row.version or 0, floor) + 1
  if m.asv and m.asv ~= version then return refuse('seal', nil, version) end

  local next = { index = index, m = m, before = row }
  if m.op == 'set' then
    seq = seq + 1
    next.row = {
      version = version, seq = seq, created = current and current.created or now, updated = now,
      expires = m.ttl and now + m.ttl or 0, deleted = '0', label = m.label, task = m.task,
      indexes = m.indexes, content = ARGV[3 + index],
    }
  elseif m.op == 'delete' then
    if current then
      seq = seq + 1
      next.row = {
        version = version, seq = seq, created = current.created, updated = now, expires = now, deleted = '1',
        label = current.label, task = current.task, indexes = '[]', content = ARGV[3 + index],
      }
    end
  else
    next.row = {
      version = current.version, seq = current.seq, created = current.created, updated = current.updated,
      expires = m.op == 'touch' and now + m.ttl or current.expires, deleted = '0', label = current.label,
      task = current.task, indexes = current.indexes,
      content = m.op == 'reseal' and ARGV[3 + index] or current.content,
    }
  end
  local row2 = next.row
  if row2 then
    answer[#answer + 1] = table.concat(
      { number(row2.version), number(row2.seq), number(row2.updated), number(row2.created), number(row2.expires) }, ' ')
  else
    answer[#answer + 1] = '0 0 ' .. number(now) .. ' ' .. number(now) .. ' 0'
  end
  rows[#rows + 1] = next
end

for _, next in ipairs(rows) do
  local m, row, before = next.m, next.row, next.before
  if row then
    local body = table.concat({
      number(row.version), number(row.seq), number(row.created), number(row.updated), number(row.expires),
      row.deleted, row.label, row.task,
    }, ' ') .. '\\n' .. row.indexes .. '\\n' .. row.content
    redis.call('HSET', base .. 'r:' .. m.c, m.id, string.sub(redis.sha1hex(body), 1, 8) .. ' ' .. body)
    local member = m.c .. '\\0' .. m.id
    if row.expires == 0 then
      if before and before.expires ~= 0 then redis.call('ZREM', base .. 'expires', member) end
    else
      redis.call('ZADD', base .. 'expires', number(row.expires), member)
    end
    if m.op == 'set' or m.op == 'delete' then
      if before then
        for _, suffix in ipairs(cjson.decode(before.indexes)) do
          redis.call('ZREM', base .. 'i:' .. m.c .. ':' .. suffix, m.id)
        end
      end
      for _, suffix in ipairs(cjson.decode(row.indexes)) do
        redis.call('ZADD', base .. 'i:' .. m.c .. ':' .. suffix, number(row.seq), m.id)
      end
      local change = {
        'collection', m.c, 'id', m.id, 'op', m.op, 'version', number(row.version), 'author', m.author,
        'task', row.task, 'at', number(row.updated), 'label', row.label,
      }
      redis.call('XADD', base .. 'feed', 'MAXLEN', '~', maxChanges, number(row.seq) .. '-0', unpack(change))
      redis.call('HSETNX', base .. 'meta', 'incarnation', incarnation)
      redis.call('HSET', base .. 'meta', 'seq', number(row.seq))
      redis.call('PUBLISH', base .. 'changes', number(row.seq) .. '\\n' .. cjson.encode(change))
    end
  end
end
return answer
`

/**
 * Removes up to ARGV[1] expired rows, raising the floor of their collections to
 * the highest version that goes.
 */
export const sweepScript = `
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
      for _, suffix in ipairs(cjson.decode(indexes)) do
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

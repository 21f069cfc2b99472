/** The arguments of a mutation, in order. Each costs both sides time, so they are few. */
export const mutationArguments = [
  /**
   * How many of its batch are left with it, op, collection, over, ifVersion, time
   * to live, indexes, check sum of the content, label, task, author and id, each
   * without spaces, parted by them; - for what it does not say. Where there are
   * conditions, asVersion, guardVersion, guardCollection and guardId follow in the
   * same way.
   */
  'told',
  'content',
] as const

/**
 * Applies batches, in the server, each as one atom: what `decideMutation` of
 * `@skein/memory` says, in Lua. The contract suite and random programs hold the
 * two against each other.
 *
 * KEYS[1]  what all keys of the space begin with
 * ARGV     the mutations, so many arguments each as {@link mutationArguments} names
 *
 * Answers for each batch with a list: `ok` and the numbers of what stands there
 * now, or `no` or `damaged`, the place of the mutation in its batch, and why.
 *
 * A row is three lines: its head, the suffixes of its indexes, its content. The
 * head: a check sum of both lines, version, seq, created, updated, expires (0:
 * never), deleted, label, task, author, the check sum of the content, parted by
 * spaces; commas part the suffixes. Names are percent-encoded where they are not plain; a task begins with
 * =, - stands for none. The writer reckons the sum of the content, which may be
 * long, together with the name of the record.
 *
 * An entry of the feed holds what was changed together, a line each, and is named
 * by the `seq` of the last of them: op, collection, version, at, label, task,
 * author and id, parted by spaces too. Others are told the same, after that `seq`.
 *
 * Nothing of a batch is written before all of it is decided, so a refusal, or a
 * server without memory, leaves everything as it was. A server has memory for all
 * batches or for none: it looks when a script first writes.
 *
 * The server does nothing else meanwhile, and others hear of the change only when
 * it is done. After a rest most of that time goes by waiting for code and data
 * that fell out of the processor's caches, some 10 µs for each kind of command: so
 * there are few of them, each is called once for all batches where it can be, the
 * feed is trimmed only now and then, there is one stretch of code without
 * functions, and what is a number in a row stays text unless it is reckoned with.
 *
 * @param maxChanges - What the feed keeps, about.
 */
export function writeScript(maxChanges: number): string {
  return `
local base, call = KEYS[1], redis.call
local match, gmatch = string.match, string.gmatch
local time = call('TIME')
-- Milliseconds: the seconds, and the first three of six digits.
local at = time[1] .. string.sub('00000' .. time[2], -6, -4)
-- Version, seq, created, expires, deleted, label and indexes of a row, as text.
local row_form = '^%x+ (%d+) (%d+) (%d+) %d+ (%d+) (%d) (%S+) [^\\n]*\\n([^\\n]*)\\n'

local answers, changes, said = {}, {}, 1
local seqNow, seqEnd
-- What goes into indexes waits for the end, or for what has to leave one.
local entering, isEntering = {}, false

while said < #ARGV do
  local steps, answer = {}, { 'ok' }
  local first, size = said, match(ARGV[said], '^%d+')
  for place = 0, size - 1 do
    local content = ARGV[said + 1]
    local op, collection, over, ifVersion, ttl, indexes, sum, about, author, name, conditions =
      match(ARGV[said], '^%d+ (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+) (%S+ %S+) (%S*) (%S*) ?(.*)$')
    said = said + ${mutationArguments.length}
    local id = name
    if string.find(name, '%', 1, true) then
      id = string.gsub(name, '%%(%x%x)', function(hex) return string.char(tonumber(hex, 16)) end)
    end

    local row = call('HGET', base .. 'r:' .. collection, id)
    local isLive, version, seq, created, expires, deleted, label, oldIndexes = false, nil, '', at, '0', nil, nil, ''
    if row then
      version, seq, created, expires, deleted, label, oldIndexes = match(row, row_form)
      if not version then answer = { 'damaged', place } break end
      isLive = deleted == '0' and (expires == '0' or tonumber(expires) > tonumber(at))
    end

    local asVersion = '-'
    if conditions ~= '' then
      local guardVersion, guardCollection, guardId
      asVersion, guardVersion, guardCollection, guardId = match(conditions, '^(%S+) (%S+) (%S+) (.*)$')
      if guardVersion ~= '-' then
        local guard = call('HGET', base .. 'r:' .. guardCollection, guardId)
        local has, ends, isGone, _
        if guard then
          has, _, _, ends, isGone = match(guard, row_form)
          if not has then answer = { 'damaged', place } break end
        end
        if not guard or isGone == '1' or ends ~= '0' and tonumber(ends) <= tonumber(at) then
          answer = { 'no', place, 'guard', '', '0' } break
        end
        if has ~= guardVersion then answer = { 'no', place, 'guard', guard, '0' } break end
      end
    end

    if isLive and over ~= '-' and label ~= 'public' then
      -- Both are words joined by +: the level, then the compartments.
      local levels, has, level, own = { public = 0, internal = 1, confidential = 2 }, {}, nil, nil
      for word in gmatch(over, '[^+]+') do
        if level then has[word] = true else level = word end
      end
      local covers = true
      for word in gmatch(label, '[^+]+') do
        if not own then
          own = word
          -- What makes no sense is the most sensitive, as for who reads it.
          covers = (levels[own] or 3) <= levels[level]
        else
          covers = covers and has[word]
        end
      end
      if not covers then answer = { 'no', place, 'label', row, '0' } break end
    end
    if ifVersion ~= '-' and (isLive and version or '0') ~= ifVersion then
      answer = { 'no', place, 'version', isLive and row or '', '0' } break
    end

    if op == 'set' or isLive then
      local oldExpires, updated = expires, at
      if op == 'set' then
        version = 1 + (version or call('HGET', base .. 'floors', collection) or 0)
        if asVersion ~= '-' and tonumber(asVersion) ~= version then answer = { 'no', place, 'seal', '', version } break end
        if not isLive then created = at end
        expires, deleted = ttl == '-' and '0' or string.format('%d', at + ttl), '0'
      else
        local oldHeadSum, oldHead, task, oldAuthor, oldSum, oldContent
        oldHeadSum, oldHead, updated, task, oldAuthor, oldSum, oldContent =
          match(row, '^(%x+) (%d+ %d+ %d+ (%d+) %d+ %d %S+ (%S+) (%S*) (%S+)\\n[^\\n]*)\\n(.*)$')
        -- What stays gets a new check sum, under which nobody would see that it is damaged.
        if oldHeadSum ~= string.sub(redis.sha1hex(oldHead or ''), 1, 8) then answer = { 'damaged', place } break end
        about = label .. ' ' .. task
        if op == 'delete' then
          version = 1 + version
          updated, expires, deleted, indexes = at, at, '1', ''
        else
          author, indexes = oldAuthor, oldIndexes
          if op == 'touch' then expires, sum, content = string.format('%d', at + ttl), oldSum, oldContent end
        end
      end
      steps[#steps + 1] = {
        op, collection, id, version, seq, created, updated, expires, deleted, about, author, sum, indexes, content,
        name, oldExpires, oldIndexes,
      }
    else
      steps[#steps + 1] = false
    end
  end

  if answer[1] ~= 'ok' then steps = {} end
  for place = 1, #steps do
    local step = steps[place]
    if step then
      local op, collection, id, version, seq, created, updated, expires, deleted, about, author, sum, indexes, content,
        name, oldExpires, oldIndexes = unpack(step)
      if op == 'set' or op == 'delete' then
        if not seqNow then
          -- Places in the feed are taken for all that may change; what is left is given back.
          local most = (#ARGV - first + 1) / ${mutationArguments.length}
          seqEnd = call('HINCRBY', base .. 'meta', 'seq', most)
          seqNow = seqEnd - most
          -- What it had was lost, and is another one from now on.
          if seqNow == 0 then
            call('HSETNX', base .. 'meta', 'incarnation', redis.sha1hex(time[1] .. ' ' .. time[2] .. name))
          end
        end
        seqNow = seqNow + 1
        seq = seqNow
        local prefix = base .. 'i:' .. collection .. ':'
        if oldIndexes ~= '' and oldIndexes ~= indexes then
          if isEntering then
            ${enterAll}
            entering, isEntering = {}, false
          end
          for suffix in gmatch(oldIndexes, '[^,]+') do call('ZREM', prefix .. suffix, id) end
        end
        for suffix in gmatch(indexes, '[^,]+') do
          local key = prefix .. suffix
          local entries = entering[key]
          if entries then
            local count = #entries
            entries[count + 1], entries[count + 2] = seq, id
          else
            entering[key], isEntering = { seq, id }, true
          end
        end
        changes[#changes + 1] =
          op .. ' ' .. collection .. ' ' .. version .. ' ' .. at .. ' ' .. about .. ' ' .. author .. ' ' .. name
      end
      local numbers = version .. ' ' .. seq .. ' ' .. created .. ' ' .. updated .. ' ' .. expires
      local head = numbers .. ' ' .. deleted .. ' ' .. about .. ' ' .. author .. ' ' .. sum .. '\\n' .. indexes
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
  said = first + size * ${mutationArguments.length}
  answers[#answers + 1] = answer
end

if seqNow then
  if seqNow < seqEnd then call('HINCRBY', base .. 'meta', 'seq', seqNow - seqEnd) end
  ${enterAll}
  local last, lines = seqNow, table.concat(changes, '\\n')
  if seqNow % 64 < #changes then
    -- As text: Redis 7.2.0 to 7.2.4 would write the number 100000000 as 1e+8 (redis/redis#13113).
    local oldest = math.max(0, seqNow - ${maxChanges}) .. '-0'
    call('XADD', base .. 'feed', 'MINID', '~', oldest, last .. '-0', 'c', lines)
  else
    call('XADD', base .. 'feed', last .. '-0', 'c', lines)
  end
  call('PUBLISH', base .. 'changes', last .. '\\n' .. lines)
end
return answers
`
}

const enterAll: string = `for key, entries in pairs(entering) do
    for from = 1, #entries, 1000 do call('ZADD', key, unpack(entries, from, math.min(from + 999, #entries))) end
  end`

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
    local version, indexes = string.match(row, '^%x+ (%d+) %d+ %d+ %d+ %d+ %d %S+ %S+ %S* %S+\\n([^\\n]*)\\n')
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

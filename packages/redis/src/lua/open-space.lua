-- Prepares a space for writing: makes it, or continues it where its server left it. What stands in it stays as it is:
-- rows of an older format are rewritten as they are touched, or by migrate-rows.lua.
--
-- KEYS[1]   prefix of all keys of the space
-- ARGV[1]   an incarnation of the feed, if it needs a new one
-- ARGV[2]   the newest position that the caller has heard of, and the incarnation that it belongs to: '0 ' if none; then
--           ` lost` if the caller knows that positions of that incarnation were given twice
-- ARGV[3]   a pattern for the channels of all incarnations of this space in this database
-- ARGV[4]   the collections that hold leases, separated by spaces
-- ARGV[5…]  all collections
--
-- Reply: { format that the space had ('3' where none is recorded, '' for a new space), run, incarnation, start }
--
-- `meta` is a hash: `format` is the newest format that a row may have, `oldestFormat` the oldest one (absent: 3).
-- `seq` is one text, which each write reads and writes: the newest position, the run of the server, the incarnation of
-- the feed, and `start`, the position to which the feed jumped last; 0 if it never did. `incarnation` repeats the third
-- for readers, `before` the positions from which nothing lies before the next entry of the feed, `fences` where the
-- versions of leases began, `content<ending>` that bytes of objects may have
-- this ending behind the hash of their content (sweep.lua). `floors` holds for each collection the version above which those of new keys begin.
--
-- A server that was restarted, or another one that took over, may have lost what was written last. Nobody can tell how
-- much, so from then on positions begin higher than any that can have been given: no position, version or fence is ever
-- used twice. Who had read up to where the feed jumped has missed nothing; who had read more has seen what is lost.
--
-- Invariants
-- - A space of a newer format stays as it is.
-- - The incarnation changes when something was surely lost: positions that the caller has heard of, `meta` or `floors`.
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

-- The feed knows more than `meta` where that was lost alone.
local lastAt
for _, entry in ipairs(call('XREVRANGE', feed, '+', '-', 'COUNT', 1)) do
  seq = math.max(seq, tonumber(match(entry[1], '^%d+')))
  lastAt = tonumber(match(match(entry[2][2], '[^\n]*$'), '^%S+ %S+ %d+ (%d+) '))
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
  -- Versions of keys that are not there begin above the floor of their collection, or above `start`.
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

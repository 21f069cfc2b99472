-- Appends messages to the stream of a bus, as one atom, and notifies subscribers.
--
-- KEYS[1]   prefix of all keys of the bus
-- ARGV[1]   how many entries the stream keeps, about
-- ARGV[2]   the id of the entry that must be the newest one, '' if there must be none; `-` if that does not matter
-- ARGV[3…]  the messages
--
-- Reply: the id of the last entry; nothing if another one was the newest
--
-- Invariant: each entry names the one before it (`p`), so that a reader notices when entries between two are missing,
-- whether they were trimmed or the server lost them.

local stream, last = KEYS[1] .. 'stream', ''
for _, entry in ipairs(redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)) do last = entry[1] end
if ARGV[2] ~= '-' and ARGV[2] ~= last then return false end
for index = 3, #ARGV do
  last = redis.call('XADD', stream, 'MAXLEN', '~', ARGV[1], '*', 'p', last, 'm', ARGV[index])
end
redis.call('PUBLISH', KEYS[1] .. 'news', last)
return last

/**
 * Appends messages to the stream of a space, in one piece, and tells who listens.
 *
 * Each entry names the one before it (`p`): so a reader sees whether anything
 * between two entries is gone, whether it was trimmed or lost by the server.
 *
 * KEYS[1]  what all keys of the bus begin with
 * ARGV[1]  entries that the stream keeps, about
 * ARGV[2…] the messages
 */
export const publishScript = `
local stream, last = KEYS[1] .. 'stream', ''
for _, entry in ipairs(redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)) do last = entry[1] end
for index = 2, #ARGV do
  last = redis.call('XADD', stream, 'MAXLEN', '~', ARGV[1], '*', 'p', last, 'm', ARGV[index])
end
redis.call('PUBLISH', KEYS[1] .. 'news', last)
return last
`

/**
 * Reads up to ARGV[2] entries that come after ARGV[1] (`-`: from the first one
 * on): the id of the newest entry, then id, predecessor and message of each.
 */
export const readScript = `
local stream, from = KEYS[1] .. 'stream', ARGV[1]
local answer = { '' }
for _, entry in ipairs(redis.call('XREVRANGE', stream, '+', '-', 'COUNT', 1)) do answer[1] = entry[1] end
for _, entry in ipairs(redis.call('XRANGE', stream, from, '+', 'COUNT', ARGV[2])) do
  answer[#answer + 1] = entry[1]
  answer[#answer + 1] = entry[2][2]
  answer[#answer + 1] = entry[2][4]
end
return answer
`

/** Takes a name that nobody has, for ARGV[2] milliseconds: 1 for who got it. */
export const electScript = `
return redis.call('SET', KEYS[1] .. 'elected:' .. ARGV[1], '1', 'NX', 'PX', ARGV[2]) and 1 or 0
`

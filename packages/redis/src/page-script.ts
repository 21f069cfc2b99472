/**
 * A stretch of an index with its rows, as one atom: a record that is rewritten
 * meanwhile moves in the order, and would be missed, or be there twice.
 *
 * ARGV[1]  `oldest` or `newest`
 * ARGV[2]  the index: ids by `seq`
 * ARGV[3]  where to begin
 * ARGV[4]  most ids
 * ARGV[5]  the rows
 *
 * Returns ids and their places, in turns, and the rows.
 */
export const pageScript: string = `
local newest = ARGV[1] == 'newest'
local places = redis.call(newest and 'ZREVRANGEBYSCORE' or 'ZRANGEBYSCORE', ARGV[2], ARGV[3], newest and '-inf' or '+inf',
  'WITHSCORES', 'LIMIT', 0, ARGV[4])
if #places == 0 then return { places, {} } end
local ids = {}
for at = 1, #places, 2 do ids[#ids + 1] = places[at] end
return { places, redis.call('HMGET', ARGV[5], unpack(ids)) }
`

import { crc32 } from 'node:zlib'

import type { Redis } from 'ioredis'

/** What the store keeps beside a value, each with what comes before it. */
export const keptOnRedis = [
  'a row with version, label and checksum',
  'an entry in the feed, and word of it',
  'an index for lists',
  'the version before',
] as const

/** Where facts are whose changes somebody waits for. */
export const byHandBase = 'by-hand:'

/** As many writes share one script as of the store. */
const perScript = 20

/** Facts on a Redis server, written without the store. */
export interface RedisByHand {
  /** Writes values that come together; each must have the version that was written last. */
  write(batch: readonly (readonly [key: string, json: string])[]): Promise<unknown>
  read(key: string): Promise<string | undefined>
}

/**
 * Facts with the first so many of {@link keptOnRedis}, in the layout of the store: the fewest commands, each called once
 * for all writes, in a script that knows nothing but writes of one kind. It refuses other versions, and nothing else.
 */
export function redisByHand(client: Redis, base: string, layers: number): RedisByHand {
  const versions = new Map<string, number>()
  const name = `by-hand-${layers}`
  client.defineCommand(name, { numberOfKeys: 1, lua: script(layers) })
  const run = (args: readonly string[]): Promise<unknown> =>
    // ioredis declares no commands that are defined at run time.
    (client as unknown as Record<string, (...args: readonly string[]) => Promise<unknown>>)[name]?.(...args) ??
    Promise.reject(new Error('The script is not known.'))
  return {
    write: (batch) => {
      const scripts: Promise<unknown>[] = []
      for (let from = 0; from < batch.length; from += perScript) {
        const args = [base]
        for (const [key, json] of batch.slice(from, from + perScript)) {
          const version = versions.get(key) ?? 0
          versions.set(key, version + 1)
          args.push(key, `${version}`, crc32(`facts/${key}\n\n${json}`).toString(16), json)
        }
        scripts.push(run(args))
      }
      return Promise.all(scripts)
    },
    read: async (key) => {
      const row = (await client.hget(`${base}r`, key)) ?? undefined
      return row?.slice(row.lastIndexOf('\n') + 1)
    },
  }
}

function script(layers: number): string {
  if (layers === 0) {
    return `local rows = {}
      for at = 1, #ARGV, 4 do rows[#rows + 1], rows[#rows + 2] = ARGV[at], ARGV[at + 3] end
      redis.call('HSET', KEYS[1] .. 'r', unpack(rows))
      return 1`
  }
  const [feed, list, past] = [layers >= 2, layers >= 3, layers >= 4]
  return `local base, call, match, sub = KEYS[1], redis.call, string.match, string.sub
    local time = call('TIME')
    local now = time[1] .. sub('00000' .. time[2], -6, -4)
    local answers, rows, lines, list, past, trims, key = {}, {}, {}, {}, {}, {}, base .. 'r'
    local seq = tonumber(call('HGET', base .. 'meta', 'seq') or '0')
    for at = 1, #ARGV, 4 do
      local id = ARGV[at]
      local row = call('HGET', key, id)
      local old, created = '0', now
      if row then old, created = match(row, '^v8 %x+ (%d+) %d+ (%d+) ') end
      if old ~= ARGV[at + 1] then return redis.error_reply('another version is stored') end
      seq = seq + 1
      local version, place, count = old + 1 .. '', seq .. '', #rows
      local written = version .. ' ' .. place .. ' ' .. created .. ' ' .. now .. ' 0'
      local head = written .. ' 0 public - ann ' .. ARGV[at + 2] .. '\\n*,='
      rows[count + 1] = id
      rows[count + 2] = 'v8 ' .. sub(redis.sha1hex(head), 1, 8) .. ' ' .. head .. '\\n\\n' .. ARGV[at + 3]
      answers[#answers + 1] = written
      ${feed ? `lines[#lines + 1] = 'set facts ' .. version .. ' ' .. now .. ' public - ann ' .. id` : ''}
      ${list ? 'list[count + 1], list[count + 2] = place, id' : ''}
      ${past ? rememberPast : ''}
    end
    ${feed ? `lines = table.concat(lines, '\\n') call('XADD', base .. 'feed', seq .. '-0', 'c', lines)` : ''}
    call('HSET', base .. 'meta', 'seq', seq)
    ${list ? `call('ZADD', base .. 'i', unpack(list))` : ''}
    ${past ? writePast : ''}
    call('HSET', key, unpack(rows))
    ${feed ? `call('PUBLISH', base .. 'changes', seq .. '\\n' .. lines)` : ''}
    return answers`
}

const rememberPast = `if row then
        local member = id .. '\\0\\0' .. sub('000000000000000' .. old, -16)
        past[#past + 1] = '0'
        past[#past + 1] = member .. ' ' .. now .. ' ' .. row
        if version % 32 == 0 then trims[#trims + 1] = id end
      end`

/** Of each record the newest 20. */
const writePast = `if #past > 0 then call('ZADD', base .. 'p', unpack(past)) end
    for at = 1, #trims do
      local from, to = '[' .. trims[at] .. '\\0\\0', '(' .. trims[at] .. '\\0\\0:'
      local last = call('ZREVRANGEBYLEX', base .. 'p', to, from, 'LIMIT', '20', 1)[1]
      if last then call('ZREMRANGEBYLEX', base .. 'p', from, '[' .. last) end
    end`

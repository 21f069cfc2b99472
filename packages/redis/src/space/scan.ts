import { mastersOf } from '../connection/cluster-nodes.ts'
import type { RedisClient } from '../connection/redis-client.ts'

const pageSize = 200

/** Keys of all nodes that match a pattern, each once; only `*` is special in it. */
export async function* scanKeys(client: RedisClient, pattern: string): AsyncGenerator<string, void, undefined> {
  const seen = new Set<string>()
  const match = pattern.replaceAll(/[[\]?\\]/g, '\\$&')
  for (const node of mastersOf(client)) {
    let cursor = '0'
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', match, 'COUNT', pageSize)
      for (const key of keys) if (!seen.has(key) && seen.add(key)) yield key
      cursor = next
    } while (cursor !== '0')
  }
}

type Pages = AsyncGenerator<[name: string, value: string][], void, undefined>

/** Fields and values of a hash, page by page; some of them twice. */
export function scanHash(client: RedisClient, key: string, size: number = pageSize): Pages {
  return scanPairs((cursor) => client.hscan(key, cursor, 'COUNT', size))
}

/** Members and scores of a sorted set, page by page; some of them twice. */
export function scanSortedSet(client: RedisClient, key: string): Pages {
  return scanPairs((cursor) => client.zscan(key, cursor, 'COUNT', pageSize))
}

async function* scanPairs(read: (cursor: string) => Promise<[cursor: string, entries: string[]]>): Pages {
  let cursor = '0'
  do {
    const [next, entries] = await read(cursor)
    const page: [name: string, value: string][] = []
    for (let index = 0; index < entries.length; index += 2) page.push([entries[index] ?? '', entries[index + 1] ?? ''])
    yield page
    cursor = next
  } while (cursor !== '0')
}

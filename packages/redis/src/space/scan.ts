import type { RedisClient } from '../connection/redis-client.ts'

const pageSize = 200

/** Keys that match a pattern, each once; only `*` is special in it. */
export async function* scanKeys(client: RedisClient, pattern: string): AsyncGenerator<string, void, undefined> {
  const seen = new Set<string>()
  let cursor = '0'
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', pattern.replaceAll(/[[\]?\\]/g, '\\$&'), 'COUNT', pageSize)
    for (const key of keys) if (!seen.has(key) && seen.add(key)) yield key
    cursor = next
  } while (cursor !== '0')
}

/** Fields and values of a hash, page by page; some of them twice. */
export async function* scanHash(
  client: RedisClient,
  key: string,
  size: number = pageSize,
): AsyncGenerator<[field: string, value: string][], void, undefined> {
  let cursor = '0'
  do {
    const [next, entries] = await client.hscan(key, cursor, 'COUNT', size)
    const page: [field: string, value: string][] = []
    for (let index = 0; index < entries.length; index += 2) page.push([entries[index] ?? '', entries[index + 1] ?? ''])
    yield page
    cursor = next
  } while (cursor !== '0')
}

import { hash as digest } from 'node:crypto'

import { liveRecord, rawText } from '@skein/memory/store'
import type { Collection, Corruption, Inspector } from '@skein/memory/store'

import type { RedisClient } from './redis-client.ts'
import { unpackRow } from './record-row.ts'

const pageSize = 200

/** Looks through all that a space holds, a page at a time, and yields what can't be read as it was written. */
export async function* checkSpace(
  client: RedisClient,
  base: string,
  now: () => number,
  inspector: Inspector | undefined,
): AsyncGenerator<Corruption, void, undefined> {
  for await (const key of keysOf(client, `${base}r:*`)) {
    const collection = key.slice(`${base}r:`.length) as Collection
    for await (const [id, text] of entriesOf(client, key)) {
      const damage = checkRow(collection, id, text, now(), inspector)
      if (damage) yield damage
    }
  }
  for await (const key of keysOf(client, `${base}o:*`)) {
    const name = key.slice(`${base}o:`.length)
    const bytes = await client.getBuffer(key)
    const damage = bytes && checkObject(name, bytes, inspector)
    if (damage) yield damage
  }
}

function checkRow(
  collection: Collection,
  id: string,
  raw: string,
  now: number,
  inspector: Inspector | undefined,
): Corruption | undefined {
  try {
    const record = liveRecord(unpackRow({ collection, id }, raw), now)
    return record && inspector?.record(record)
  } catch {
    return { kind: 'record', collection, id, problem: 'Its check sum does not match.', raw }
  }
}

function checkObject(name: string, bytes: Buffer, inspector: Inspector | undefined): Corruption | undefined {
  const isSealed = name.includes('.')
  if (isSealed || digest('sha256', bytes, 'hex') === name) return inspector?.object(name, bytes)
  const problem = 'What stands there is not what was written: the hash in its name does not match.'
  return { kind: 'object', id: name, problem, raw: rawText(bytes) }
}

async function* entriesOf(client: RedisClient, key: string): AsyncGenerator<[id: string, text: string]> {
  let cursor = '0'
  do {
    const [next, entries] = await client.hscan(key, cursor, 'COUNT', pageSize)
    for (let index = 0; index < entries.length; index += 2) yield [entries[index] ?? '', entries[index + 1] ?? '']
    cursor = next
  } while (cursor !== '0')
}

/** Keys that begin so, each once. */
export async function* keysOf(client: RedisClient, pattern: string): AsyncGenerator<string> {
  const seen = new Set<string>()
  let cursor = '0'
  do {
    const [next, keys] = await client.scan(cursor, 'MATCH', pattern.replaceAll(/[[\]?\\]/g, '\\$&'), 'COUNT', pageSize)
    for (const key of keys) if (!seen.has(key) && seen.add(key)) yield key
    cursor = next
  } while (cursor !== '0')
}

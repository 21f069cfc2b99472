import { hash as digest } from 'node:crypto'

import { CorruptRecordError } from '@skein/memory'
import { liveRecord, rawText } from '@skein/memory/store'
import type { Collection, Corruption, Inspector } from '@skein/memory/store'

import type { RedisClient } from '../connection/redis-client.ts'
import { unpackRow } from '../records/record-row.ts'
import { scanHash, scanKeys, scanSortedSet } from './scan.ts'
import { idOfMember, unpackVersion } from './space-past.ts'
import { StructureCheck } from './structure-check.ts'

/**
 * Reads all rows and objects of a space, a page at a time. Yields those that are not what was written, and what is
 * missing around them.
 */
export async function* verifySpace(
  client: RedisClient,
  base: string,
  now: () => number,
  inspector: Inspector | undefined,
): AsyncGenerator<Corruption, void, undefined> {
  const structure = new StructureCheck(client, base)
  for await (const key of scanKeys(client, `${base}r:*`)) {
    const collection = key.slice(`${base}r:`.length) as Collection
    yield* structure.ofKey(`r:${collection}`, async function* () {
      for await (const page of scanHash(client, key)) {
        const intact: [id: string, text: string][] = []
        for (const [id, text] of page) {
          const corruption = verifyRow(collection, id, text, now(), inspector)
          if (corruption) yield corruption
          else intact.push([id, text])
        }
        yield* structure.rows(collection, intact)
      }
    })
  }
  yield* structure.rest()
  for await (const key of scanKeys(client, `${base}p:*`)) {
    const collection = key.slice(`${base}p:`.length) as Collection
    yield* structure.ofKey(`p:${collection}`, async function* () {
      for await (const page of scanSortedSet(client, key)) {
        for (const [member] of page) {
          const corruption = verifyVersion(collection, member, inspector)
          if (corruption) yield corruption
        }
      }
    })
  }
  for await (const key of scanKeys(client, `${base}o:*`)) {
    const name = key.slice(`${base}o:`.length)
    yield* structure.ofKey(`o:${name}`, async function* () {
      const bytes = await client.getBuffer(key)
      const corruption = bytes && verifyObject(name, bytes, inspector)
      if (corruption) yield corruption
    })
  }
}

function verifyRow(
  collection: Collection,
  id: string,
  raw: string,
  now: number,
  inspector: Inspector | undefined,
): Corruption | undefined {
  try {
    const record = liveRecord(unpackRow({ collection, id }, raw), now)
    return record && inspector?.record(record)
  } catch (error) {
    return corruptionOf(collection, id, raw, error)
  }
}

function verifyVersion(
  collection: Collection,
  member: string,
  inspector: Inspector | undefined,
): Corruption | undefined {
  const id = idOfMember(member)
  try {
    const { record, deleted } = unpackVersion({ collection, id }, member)
    return deleted ? undefined : inspector?.past?.(record)
  } catch (error) {
    return corruptionOf(collection, id, member, error)
  }
}

/** @param error - What `unpackRow` threw. */
export function corruptionOf(collection: Collection, id: string, raw: string, error: unknown): Corruption {
  const isDamaged = error instanceof CorruptRecordError
  const problem = isDamaged ? 'Its checksum does not match.' : error instanceof Error ? error.message : String(error)
  return { kind: 'record', collection, id, problem, raw }
}

function verifyObject(name: string, bytes: Buffer, inspector: Inspector | undefined): Corruption | undefined {
  const isSealed = name.includes('.')
  if (isSealed || digest('sha256', bytes, 'hex') === name) return inspector?.object(name, bytes)
  const problem = 'Its bytes changed after they were written: the hash in its name does not match.'
  return { kind: 'object', id: name, problem, raw: rawText(bytes) }
}

import { hash } from 'node:crypto'

import type { Actor } from '../space/actor.ts'
import type { OwnMutation, Shown } from '../space/shown.ts'
import type { RecordKey } from '../store/record.ts'
import { VersionConflictError } from '../values/errors.ts'
import { decodeJson, encodeJson } from '../values/json.ts'

type EntrySet = Extract<OwnMutation, { type: 'set' }>

/**
 * Writes an entry of a journal, unless one that holds was written under its key. A record beside it names the entry of a key,
 * in the same atom: so entries keep ids of their own, which are never used again.
 */
export async function writeOnce(actor: Actor, entry: EntrySet, idempotencyKey: string): Promise<Shown> {
  const key = markKey(entry, idempotencyKey)
  for (;;) {
    const mark = await actor.read(key, 'unnoted', 'all')
    if (mark) {
      const id = decodeJson(mark.value) as string
      const known = await actor.read({ ...entry.key, id }, 'unnoted', 'all')
      if (known && !known.isWithdrawn) return known
    }
    const { meta, ttlMs } = entry
    const named: EntrySet = {
      type: 'set',
      key,
      value: encodeJson(entry.key.id),
      meta: { ...meta, task: undefined, tags: [], importance: undefined, derivedFrom: [] },
      ifVersion: mark?.version ?? 0,
      ttlMs,
    }
    try {
      const [written] = await actor.write([entry, named])
      return actor.wrote(entry.key, entry.value, meta, written!)
    } catch (error) {
      // Another try of the same work was faster, and the next look finds what it wrote.
      if (!(error instanceof VersionConflictError)) throw error
    }
  }
}

/** It tells labels apart, so that it reveals nothing above a clearance, and authors, so that none takes another's key. */
function markKey({ key, meta }: EntrySet, idempotencyKey: string): RecordKey {
  const { author, sensitivity, compartments } = meta
  const named = [key.collection, author, sensitivity, compartments, idempotencyKey]
  return { collection: 'settings', id: `once/${hash('sha256', encodeJson(named), 'hex').slice(0, 32)}` }
}

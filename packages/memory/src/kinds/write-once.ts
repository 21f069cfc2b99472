import { hash } from 'node:crypto'

import type { Actor } from '../space/actor.ts'
import type { OwnMutation, Shown } from '../space/shown.ts'
import { VersionConflictError } from '../values/errors.ts'
import { encodeJson } from '../values/json.ts'

type EntrySet = Extract<OwnMutation, { type: 'set' }>

/** Writes an entry of a journal, unless one that holds is there under its key. One that holds no more stays beside it. */
export async function writeOnce(actor: Actor, entry: EntrySet, idempotencyKey: string): Promise<Shown> {
  let corrected = 0
  for (;;) {
    const key = { ...entry.key, id: idOf(entry, idempotencyKey, corrected) }
    const known = await actor.read(key, 'unnoted', 'all')
    if (known && !known.isWithdrawn) return known
    if (known) {
      corrected += 1
      continue
    }
    try {
      return actor.wrote(key, entry.value, entry.meta, await actor.writeOne({ ...entry, key, ifVersion: 0 }))
    } catch (error) {
      // Another try of the same work was faster, and the next look finds what it wrote.
      if (!(error instanceof VersionConflictError)) throw error
    }
  }
}

/** It tells labels apart, so that it reveals nothing above a clearance, and authors, so that none takes another's key. */
function idOf({ key, meta }: EntrySet, idempotencyKey: string, corrected: number): string {
  const { author, sensitivity, compartments } = meta
  const named = [key.collection, author, sensitivity, compartments, idempotencyKey, corrected]
  return hash('sha256', encodeJson(named), 'hex').slice(0, 32)
}

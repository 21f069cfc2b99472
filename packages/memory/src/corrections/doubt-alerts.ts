import { randomUUID } from 'node:crypto'

import { addressTag } from '../space/addressee.ts'
import type { Actor } from '../space/actor.ts'
import type { OwnMutation } from '../space/shown.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordKey, RecordMeta, StoredRecord } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import { covers, isWithdrawn, joinLabels } from '../values/access.ts'
import { encodeJson } from '../values/json.ts'
import type { StoredCorrection } from './correction.ts'
import type { Derived } from './walk-derived.ts'

/** The insight of the alert that authors of what is in doubt get. */
export interface DoubtAlert {
  /** What was corrected, as `collection/id`. */
  readonly corrected: string
  readonly state: 'retracted' | 'superseded'
  readonly reason?: string | undefined
  /** Names of the addressee's records that rest on it: ids of objects, others as `collection/id`; up to 100 of them. */
  readonly inDoubt: readonly string[]
  /** How many there are. */
  readonly count: number
}

const mostNames = 100
/** What nobody answers for in person: results of work are forgotten or stay. */
const unattended: ReadonlySet<Collection> = new Set(['work'])

/**
 * An alert to each author of what rests on a corrected record, as sensitive as the correction and the records it names.
 * The author of the correction knows.
 *
 * @param meta - Of the correction.
 */
export function doubtAlerts(
  actor: Actor,
  key: RecordKey,
  { state, reason }: StoredCorrection & { state: DoubtAlert['state'] },
  meta: RecordMeta,
  derived: readonly Derived[],
): OwnMutation[] {
  const byAuthor = new Map<string, StoredRecord[]>()
  for (const { record } of derived) {
    if (unattended.has(record.collection) || isWithdrawn(record) || record.author === actor.principal.id) continue
    // Above the clearance of who corrects, authors learn of it where they look: nothing here may count or name it.
    if (!covers(actor.audience, record)) continue
    byAuthor.set(record.author, [...(byAuthor.get(record.author) ?? []), record])
  }
  return [...byAuthor].map(([author, records]) => {
    const insight: DoubtAlert = {
      corrected: `${key.collection}/${key.id}`,
      state,
      reason,
      inDoubt: records.slice(0, mostNames).map((record) => sourceName(record)),
      count: records.length,
    }
    const label = joinLabels([meta, ...records])
    const alert = actor.mark({ ...meta, ...label, tags: [addressTag(author)] })
    return { type: 'set', key: { collection: 'alerts', id: randomUUID() }, value: encodeJson(insight), meta: alert }
  })
}

import { addressTag } from '../space/addressee.ts'
import type { Collection } from '../store/collections.ts'
import type { RecordKey, RecordMeta, StoredRecord } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import { isWithdrawn, joinLabels } from '../values/access.ts'
import { encodeJson } from '../values/json.ts'
import type { StoredCorrection } from './correction.ts'
import type { Derived } from './walk-derived.ts'
import { newId } from '../values/new-id.ts'

/** The insight of an alert to the author of records in doubt. */
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

/** A record that an alert is written as. */
export interface AlertDraft {
  readonly key: RecordKey
  readonly value: string
  readonly meta: RecordMeta
}

/**
 * An alert to each author of what rests on a corrected record. The author of the correction knows. Records of different
 * labels get alerts of their own, as sensitive as the correction and the records that they name: so none counts or
 * names what somebody who sees it may not see, and who corrects learns of nothing above its clearance.
 *
 * @param correction - Its key, what it says, and its metadata.
 */
export function doubtAlerts(
  correction: { readonly key: RecordKey; readonly said: StoredCorrection; readonly meta: RecordMeta },
  derived: readonly Derived[],
): AlertDraft[] {
  const { key, said, meta } = correction
  if (said.state === 'confirmed') return []
  const { state, reason } = said
  const groups = new Map<string, StoredRecord[]>()
  for (const { record } of derived) {
    const { author, sensitivity, compartments } = record
    if (unattended.has(record.collection) || isWithdrawn(record) || author === meta.author) continue
    const group = JSON.stringify([author, sensitivity, compartments])
    groups.set(group, [...(groups.get(group) ?? []), record])
  }
  return [...groups.values()].map((records) => {
    const inDoubt = records.slice(0, mostNames).map((record) => sourceName(record))
    const insight: DoubtAlert = { corrected: key.id, state, reason, inDoubt, count: records.length }
    const label = joinLabels([meta, ...records])
    return {
      key: { collection: 'alerts', id: newId() },
      value: encodeJson(insight),
      meta: { ...meta, ...label, tags: [addressTag(records[0]?.author ?? '')] },
    }
  })
}

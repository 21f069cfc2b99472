import type { Erased } from '../federation/erased.ts'
import { isErasedBy } from '../federation/erased.ts'
import { decodeReplica, eraseEntries, latestEntry, noReplica, replicaMutation } from '../federation/fact-replica.ts'
import { latestOf } from '../federation/fact-state.ts'
import type { Stamp } from '../federation/fact-state.ts'
import { markerKey, markerMutation } from '../federation/record-exchange.ts'
import type { Marker } from '../federation/record-exchange.ts'
import type { SetMutation } from '../store/mutation.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { sourceName } from '../store/source-name.ts'
import type { Store } from '../store/store.ts'
import { publicLabel } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { decodeJson } from '../values/json.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { Erasure } from './erasure.ts'
import type { Plan } from './erasure-plan.ts'

/** What went, or would have if it had been there. */
type Gone = RecordKey & Partial<Label>

/**
 * Leaves word of what an erasure has removed, on a node of a federation: in the markers of records that were exchanged,
 * and in the replicas of facts, whose content goes. So the other nodes are told, and late copies are refused.
 */
export async function leaveMarks(
  store: Store,
  plan: Pick<Plan, 'id' | 'seq' | 'told'>,
  gone: readonly Gone[],
  erasure: StoredRecord,
): Promise<void> {
  if (gone.length === 0 || !(await isNode(store))) return
  const { derived, at = erasure.createdAt } = decodeJson(erasure.value) as Erasure
  for (;;) {
    const kept = await store.read(gone.map((one) => markerKey(one)))
    const present = await store.read(gone.map(({ collection, id }) => ({ collection, id })))
    const marks = gone.flatMap((one, n): readonly SetMutation[] => {
      const [mark, record] = [kept[n], present[n]]
      const upTo = plan.told?.get(sourceName(one))
      // What was never exchanged is nobody's business.
      if (!mark && !upTo) return []
      const erased = { by: plan.id, at, isTold: upTo !== undefined, reaches: derived === 'forget' }
      const label = mark ?? { ...publicLabel, ...one }
      if (one.collection !== 'facts') return markRecord(one, mark, erased, label)
      return markFact(one.id, mark, erased, { upTo, isGone: record === undefined, label })
    })
    if (marks.length === 0 || (await store.write(marks)).ok) return
  }
}

function markRecord(
  key: RecordKey,
  mark: StoredRecord | undefined,
  erased: Erased,
  label: Label,
): readonly SetMutation[] {
  const before = mark && !isSealed(mark.value) ? (decodeJson(mark.value) as Marker) : undefined
  if (isErasedBy(before?.erased, { id: erased.by, at: erased.at })) return []
  // Without a time to live: it outlives all copies.
  return [markerMutation(key, { from: before?.from ?? 'skein', erased }, label, mark?.version ?? 0)]
}

interface FactMark {
  /** What another node said; else all that is here goes, if nobody has written the fact since. */
  readonly upTo: Stamp | undefined
  readonly isGone: boolean
  readonly label: Label
}

function markFact(
  key: string,
  mark: StoredRecord | undefined,
  erased: Erased,
  { upTo, isGone, label }: FactMark,
): readonly SetMutation[] {
  const held = mark && !isSealed(mark.value) ? decodeReplica(mark) : noReplica
  if (isErasedBy(held.erased, { id: erased.by, at: erased.at })) return []
  // Before the erasure, by less than the clock can tell: who writes the key again at once is later.
  const moment = { ms: Math.max(0, erased.at - 1), count: 0 }
  const stamp = upTo ?? latestOf([moment, isGone ? latestEntry(held) : undefined]) ?? moment
  const mutation = replicaMutation(key, eraseEntries(held, stamp, erased, isGone), mark?.version ?? 0)
  const { sensitivity, compartments } = label
  return [{ ...mutation, meta: { ...mutation.meta, sensitivity, compartments } }]
}

/** Whether a store is that of a node, by the checkpoint of its exchange. */
async function isNode(store: Store): Promise<boolean> {
  const [checkpoint] = await store.read([{ collection: 'settings', id: 'federation' }])
  return checkpoint !== undefined
}

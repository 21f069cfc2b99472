import { hash } from 'node:crypto'

import { compareCorrections, correctionOf, storedCorrection } from '../corrections/correction.ts'
import { doubtAlerts } from '../corrections/doubt-alerts.ts'
import { forgottenWork } from '../corrections/recompute.ts'
import { walkDerived } from '../corrections/walk-derived.ts'
import type { Derived } from '../corrections/walk-derived.ts'
import { hasTrait } from '../store/collections.ts'
import { correctedKey, correctionKey } from '../store/correction-key.ts'
import type { CheckMutation, Mutation } from '../store/mutation.ts'
import type { RecordKey, RecordMeta, StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { asHeld, asWithdrawn, isWithdrawn } from '../values/access.ts'
import { decodeJson } from '../values/json.ts'
import type { SentRecord } from './content.ts'
import type { DecideShare } from './share-rule.ts'

/** A record as it is stored here, and what has to be so for that. */
export interface Arrival {
  readonly meta: RecordMeta
  /** Refuses the write if the record was corrected here meanwhile. */
  readonly check: CheckMutation | undefined
}

/**
 * A record arrives as what holds no more if it was sent so, or its correction came first: both orders end alike.
 */
export async function arrivalOf(store: Pick<Store, 'read'>, key: RecordKey, meta: RecordMeta): Promise<Arrival> {
  if (!hasTrait(key.collection, 'correctable')) return { meta, check: undefined }
  const [correction] = await store.read([correctionKey(key)])
  const state = storedCorrection(correction)?.state
  const isCorrected = isWithdrawn(meta) || state === 'retracted' || state === 'superseded'
  const check = { type: 'check', key: correctionKey(key), ifVersion: correction?.version ?? 0 } as const
  return { meta: isCorrected ? asWithdrawn(meta) : meta, check }
}

/** What a marker keeps of the correction that was exchanged, so that another one of the same record is news. */
export function digestOf(value: string): string {
  return hash('sha256', value).slice(0, 16)
}

/**
 * The record whose share rule decides about a record: a correction goes where the record that it is about went.
 * `undefined` where that is gone.
 */
export async function decidingRecord(
  store: Pick<Store, 'read'>,
  record: StoredRecord,
): Promise<StoredRecord | undefined> {
  const key = correctedKey(record)
  if (!key) return asHeld(record)
  const [corrected] = await store.read([key])
  return corrected && asHeld(corrected)
}

/** How a node takes corrections. */
interface Taking {
  readonly store: Store
  readonly decide: DecideShare
  /** The write of the marker. */
  readonly marker: () => Promise<Mutation>
}

/**
 * Stores a correction that another node made, unless the one that is here stands: all nodes compare alike. It does on
 * this node what it did there: the record is marked, authors are told, results are forgotten.
 *
 * @returns whether it was new on this node.
 */
export async function takeCorrection(
  taking: Taking,
  key: RecordKey,
  sent: SentRecord & { readonly ttlMs: number | undefined },
): Promise<boolean> {
  const { store, marker } = taking
  const corrected = correctedKey(key)
  if (!corrected) return false
  const said = correctionOf(decodeJson(sent.value))
  for (;;) {
    const [known, record] = await store.read([key, corrected])
    const standing = storedCorrection(known)
    if (known?.value === sent.value || (standing && compareCorrections(standing, said) <= 0)) return false
    // Only the first one is news to whom it concerns.
    const isNews = said.state !== 'confirmed' && record !== undefined && !isWithdrawn(record)
    const derived = isNews ? await walkDerived(store, corrected) : []
    const { ttlMs, value, meta } = sent
    const commit = await store.write([
      { type: 'set', key, value, meta, ttlMs, ifVersion: known?.version ?? 0 },
      await marker(),
      ...(said.state === 'confirmed' ? [] : [{ type: 'withdraw', key: corrected } as const]),
      ...forgottenWork(derived).map((one) => ({ ...one, author: meta.author })),
      // Those that the other node knew of got theirs there.
      ...doubtAlerts({ key, said, meta }, await unknownThere(taking, derived)).map((alert) => {
        return { type: 'set', ...alert } as const
      }),
    ])
    if (commit.ok) return true
  }
}

/** What rests on a record on this node alone. */
async function unknownThere({ store, decide }: Taking, derived: readonly Derived[]): Promise<readonly Derived[]> {
  const local = derived.filter(({ record }) => !hasTrait(record.collection, 'shared') || !decide(record))
  const markers = local.map(({ record: { collection, id } }) => {
    return { collection: 'federation', id: `${collection}/${id}` } as const
  })
  const found = markers.length === 0 ? [] : await store.read(markers)
  return local.filter((_, index) => found[index] === undefined)
}

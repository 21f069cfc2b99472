import { forward } from '../store/forward.ts'
import { hasTrait } from '../store/collections.ts'
import type { Mutation } from '../store/mutation.ts'
import type { StoredRecord } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { covers } from '../values/access.ts'
import { HeldError } from '../values/held-error.ts'
import { isHeld, isHoldable } from './hold.ts'
import type { HoldsInForce } from './hold.ts'
import type { KnownHolds } from './known-holds.ts'

/**
 * Keeps what is held: it is not deleted, a fact is not overwritten, and nothing gets an end. Entries, alerts and
 * questions may change their state, since that adds to them. Each thread has this gate in front of its store; what
 * carries out an erasure that came before the hold goes past it.
 */
export function keepHeld(store: Store, holds: KnownHolds): Store {
  const write = async (batch: readonly Mutation[]): ReturnType<Store['write']> => {
    const held = await holds.current()
    if (held.rules.length === 0) return store.write(batch)
    const keys = batch.filter(({ key, type }) => isHoldable(key.collection) && !type.startsWith('check'))
    const records = keys.length === 0 ? [] : await store.read(keys.map(({ key }) => key))
    const present = new Map(keys.map((mutation, index) => [mutation, records[index]]))
    const kept = [...present].flatMap(([mutation, record]) => (record && loses(mutation, record, held) ? record : []))
    if (kept.length > 0) throw new HeldError(kept)
    return store.write(batch.map((mutation) => endless(mutation, present.get(mutation), held, store.now())))
  }
  return { ...forward(store), write: (batch) => (holds.areNone ? store.write(batch) : write(batch)) }
}

/** Whether a mutation would lose something that is held. What its writer can't see is left to the store to refuse. */
function loses(mutation: Mutation, record: StoredRecord, held: HoldsInForce): boolean {
  const { type, over, key } = mutation
  const takes = type === 'delete' || type === 'touch' || (type === 'set' && hasTrait(key.collection, 'history'))
  return takes && (over === undefined || covers(over, record)) && isHeld(record, held)
}

/** The same without an end, where what it writes is held. */
function endless(
  mutation: Mutation,
  before: StoredRecord | undefined,
  held: HoldsInForce,
  updatedAt: number,
): Mutation {
  if (mutation.type !== 'set' || mutation.ttlMs === undefined) return mutation
  const isKept = isHeld({ ...mutation.key, ...mutation.meta, updatedAt }, held) || (before && isHeld(before, held))
  return isKept ? { ...mutation, ttlMs: undefined } : mutation
}

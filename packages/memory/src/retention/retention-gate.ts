import { isHeld, noHolds } from '../forgetting/hold.ts'
import type { HoldsInForce } from '../forgetting/hold.ts'
import type { KnownHolds } from '../forgetting/known-holds.ts'
import { collectionsWith } from '../store/collections.ts'
import type { Collection } from '../store/collections.ts'
import { forward } from '../store/forward.ts'
import type { Mutation } from '../store/mutation.ts'
import type { Store } from '../store/store.ts'
import { keepMsOf } from './retention-rules.ts'
import type { RetentionRule } from './retention-rules.ts'

/** What is written again keeps its end, while rules count from the last write. So these are left to the sweeper. */
const rewritten: ReadonlySet<Collection> = new Set<Collection>([...collectionsWith('named'), 'escalations'])

/**
 * Gives what is written the time to live that the rules allow, so that it is gone to the millisecond. Facts, objects and
 * escalations are left to {@link RetentionSweeper}.
 */
export function gateRetention(store: Store, rules: readonly RetentionRule[], holds: KnownHolds): Store {
  if (rules.length === 0) return store
  const limited = (mutation: Mutation, held: HoldsInForce): Mutation => {
    if (mutation.type !== 'set' || rewritten.has(mutation.key.collection)) return mutation
    const { ttlMs = Infinity } = mutation
    const keepMs = keepMsOf(rules, mutation.key.collection, mutation.meta)
    if (keepMs === undefined || ttlMs <= keepMs) return mutation
    return isHeld({ ...mutation.key, ...mutation.meta, updatedAt: store.now() }, held)
      ? mutation
      : { ...mutation, ttlMs: keepMs }
  }
  return {
    ...forward(store),
    write: async (batch) => {
      const held = holds.areNone ? noHolds : await holds.current()
      return store.write(batch.map((mutation) => limited(mutation, held)))
    },
  }
}

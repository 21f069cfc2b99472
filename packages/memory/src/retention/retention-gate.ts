import { isHeld, noHolds } from '../forgetting/hold.ts'
import type { HoldsInForce } from '../forgetting/hold.ts'
import type { KnownHolds } from '../forgetting/known-holds.ts'
import { hasTrait } from '../store/collections.ts'
import { forward } from '../store/forward.ts'
import type { Mutation } from '../store/mutation.ts'
import type { Store } from '../store/store.ts'
import { keepMsOf } from './retention-rules.ts'
import type { RetentionRule } from './retention-rules.ts'

/**
 * Gives what is written the time to live that the rules allow, so that it is gone to the millisecond. Facts and objects
 * are left to {@link RetentionSweeper}: an update keeps the end of a fact, and the bytes of an object have to go with it.
 */
export function gateRetention(store: Store, rules: readonly RetentionRule[], holds: KnownHolds): Store {
  if (rules.length === 0) return store
  const limited = (mutation: Mutation, held: HoldsInForce): Mutation => {
    if (mutation.type !== 'set' || hasTrait(mutation.key.collection, 'named')) return mutation
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

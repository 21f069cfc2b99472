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
export function gateRetention(store: Store, rules: readonly RetentionRule[]): Store {
  if (rules.length === 0) return store
  const limited = (mutation: Mutation): Mutation => {
    if (mutation.type !== 'set' || hasTrait(mutation.key.collection, 'named')) return mutation
    const { ttlMs = Infinity } = mutation
    const keepMs = keepMsOf(rules, mutation.key.collection, mutation.meta)
    return keepMs === undefined || ttlMs <= keepMs ? mutation : { ...mutation, ttlMs: keepMs }
  }
  return { ...forward(store), write: (batch) => store.write(batch.map(limited)) }
}

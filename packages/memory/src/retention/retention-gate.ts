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
export function gateRetention(store: Store, rules: readonly RetentionRule[]): Store {
  if (rules.length === 0) return store
  const limited = (mutation: Mutation): Mutation => {
    if (mutation.type !== 'set' || rewritten.has(mutation.key.collection)) return mutation
    const { ttlMs = Infinity } = mutation
    const keepMs = keepMsOf(rules, mutation.key.collection, mutation.meta)
    return keepMs === undefined || ttlMs <= keepMs ? mutation : { ...mutation, ttlMs: keepMs }
  }
  return { ...forward(store), write: (batch) => store.write(batch.map(limited)) }
}

import { hasTrait } from '../store/collections.ts'
import { forward } from '../store/forward.ts'
import type { Mutation } from '../store/mutation.ts'
import type { Store } from '../store/store.ts'
import { ruleFor } from './history-options.ts'
import type { HistoryRules } from './history-options.ts'

/**
 * Has the store keep the versions that writes replace, as the rules say. Deletes that are not everyday ones keep
 * nothing, so that what is erased leaves nothing behind.
 *
 * @param keepsAll - Whether something is held, so that no version may be trimmed.
 */
export function gateHistory(store: Store, rules: HistoryRules, keepsAll: () => boolean): Store {
  if (rules.every(([, { versions }]) => versions === 0)) return store
  const kept = (mutation: Mutation): Mutation => {
    const { type, key } = mutation
    const isKept = type === 'set' || (type === 'delete' && mutation.isRecallable === true)
    if (!isKept || !hasTrait(key.collection, 'recalled')) return mutation
    const { versions } = ruleFor(rules, key)
    if (versions === 0) return mutation
    return { ...mutation, keeps: { versions: keepsAll() ? Infinity : versions } } as Mutation
  }
  return { ...forward(store), write: (batch) => store.write(batch.map(kept)) }
}

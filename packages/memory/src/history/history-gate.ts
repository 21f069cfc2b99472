import { hasTrait } from '../store/collections.ts'
import { forward } from '../store/forward.ts'
import type { Mutation } from '../store/mutation.ts'
import type { RecordKey } from '../store/record.ts'
import type { Store } from '../store/store.ts'
import { ruleFor } from './history-options.ts'
import type { HistoryRules } from './history-options.ts'

/** What legal holds keep of the past. */
export interface HeldPasts {
  /** Whether nothing is held. `false` as well where that has to be looked up. */
  readonly areNone: boolean
  /** Those of some keys of which a past version is held; `undefined` where nothing at all is held. */
  among(keys: readonly RecordKey[]): Promise<ReadonlySet<RecordKey> | undefined>
}

/**
 * Has the store keep the versions that writes replace, as the rules say. Deletes that are not everyday ones keep
 * nothing, so that what is erased leaves nothing behind. While something is held no version is trimmed, and a delete
 * leaves a past of which something is held, whatever the rules say.
 */
export function gateHistory(store: Store, rules: HistoryRules, held: HeldPasts): Store {
  const isOff = rules.every(([, { versions }]) => versions === 0)
  const kept = (mutation: Mutation, keepsAll: boolean, among?: ReadonlySet<RecordKey>): Mutation => {
    if (!isKept(mutation)) return mutation
    const { versions } = ruleFor(rules, mutation.key)
    if (versions === 0 && among?.has(mutation.key) !== true) return mutation
    return { ...mutation, keeps: { versions: keepsAll ? Infinity : versions } } as Mutation
  }
  const write = async (batch: readonly Mutation[]): ReturnType<Store['write']> => {
    const bare = batch.filter((one) => one.type === 'delete' && isKept(one) && ruleFor(rules, one.key).versions === 0)
    const among = await held.among(bare.map(({ key }) => key))
    return store.write(batch.map((mutation) => kept(mutation, among !== undefined, among)))
  }
  return {
    ...forward(store),
    write: (batch) => {
      if (!held.areNone) return write(batch)
      return store.write(isOff ? batch : batch.map((mutation) => kept(mutation, false)))
    },
  }
}

/** Whether what a mutation replaces is kept, if the rules say so. */
function isKept(mutation: Mutation): boolean {
  const { type, key } = mutation
  return (
    (type === 'set' || (type === 'delete' && mutation.isRecallable === true)) && hasTrait(key.collection, 'recalled')
  )
}

import type { Actor } from '../space/actor.ts'
import type { Space } from '../space/space.ts'
import { OptionError } from '../values/errors.ts'
import { requireTimes } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import { recordKey } from './fact-key.ts'
import { readFactKinds } from './fact-options.ts'
import type { ReadFactOptions } from './fact-options.ts'
import { toFact } from './fact.ts'
import type { Fact } from './fact.ts'

/** Reads a fact as it is, from the cache or the store, or as it was. @throws OptionError, HistoryError, StoreError */
export async function readFact<T>(
  { epochs }: Space,
  actor: Actor,
  key: string,
  options: ReadFactOptions,
): Promise<Fact<T> | undefined> {
  const { consistency, asOf } = requireOptions('facts.read', options, readFactKinds)
  if (consistency !== undefined && consistency !== 'cached' && consistency !== 'strong') {
    throw new OptionError('consistency', "'cached' or 'strong'", consistency)
  }
  requireTimes({ asOf })
  if (asOf !== undefined) {
    const record = await actor.past.read(recordKey(key), asOf)
    return record && toFact<T>(record)
  }
  const strong = consistency === 'strong'
  // Checked on both sides of the read: the state may change in between.
  const servedStale = epochs.servesStale
  const fact = strong ? await actor.read(recordKey(key)) : await actor.load('facts', key)
  return fact && toFact<T>(fact, !strong && (servedStale || epochs.servesStale))
}

import { CoherentCache } from './cache/coherent-cache.ts'
import { reachOf, storeAsOf } from './history/store-as-of.ts'
import { ReadScope } from './space/read-scope.ts'
import type { StoredSpace } from './space/space.ts'
import { HistoryError, PastViewError } from './values/history-error.ts'
import { requireTimes } from './values/require-option.ts'
import { requireOptions } from './values/require-options.ts'
import type { OptionKinds } from './values/require-options.ts'

/** Options of `memory.as`. */
export interface ViewOptions {
  /** Show the memory as it was at this time, Unix milliseconds by the store's clock. The view then only reads. */
  readonly asOf?: number
}

const kinds: OptionKinds<ViewOptions> = { asOf: 'any' }

/**
 * The space and the scope that a view works with.
 *
 * @throws OptionError; HistoryError when the time is before all that is kept
 */
export function viewedSpace(
  space: StoredSpace,
  options: ReadScope | ViewOptions | undefined,
): { readonly space: StoredSpace; readonly scope: ReadScope | undefined } {
  if (options instanceof ReadScope) return { space, scope: options }
  const { asOf } = requireOptions('memory.as', options, kinds)
  requireTimes({ asOf })
  return { space: asOf === undefined ? space : pastSpace(space, asOf), scope: undefined }
}

/** A space as it was: nothing of it is cached, and nothing is written. */
function pastSpace(space: StoredSpace, asOf: number): StoredSpace {
  const now = space.store.now()
  const reachesTo = reachOf(space.history, now) ?? now
  if (asOf < reachesTo) throw new HistoryError(asOf, reachesTo)
  const store = storeAsOf(space.store, space.history, asOf)
  const { epochs, counters, shelf } = space
  const parts = { store, epochs, counters, ttlMs: 1, maxEntries: 1, maxCacheBytes: 1, enabled: false }
  const refuse = (): Promise<never> => Promise.reject(new PastViewError(asOf))
  return {
    ...space,
    store,
    whole: store,
    facts: new CoherentCache('facts', parts),
    objects: new CoherentCache('objects', parts),
    work: new CoherentCache('work', parts),
    shelf: { open: (hash) => shelf.open(hash), put: refuse, forget: refuse },
    inFlight: new Map(),
    updating: new Map(),
  }
}

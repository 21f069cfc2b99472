import { CoherentCache } from '../cache/coherent-cache.ts'
import type { Counters } from '../cache/counters.ts'
import type { EpochTable } from '../cache/epoch-table.ts'
import type { CacheParts } from '../cache/coherent-cache.ts'
import type { HistoryRules } from '../history/history-options.ts'
import type { StoredSpace } from './space.ts'
import type { Store } from '../store/store.ts'

/** The options of a memory that the parts of its space need. */
export interface SpaceOptions extends Pick<CacheParts, 'ttlMs' | 'maxEntries' | 'maxCacheBytes'> {
  readonly architecture: string
  readonly heartbeatMs: number
  readonly history: HistoryRules
}

/** The parts of a space that every thread makes alike. */
export function spaceParts(
  whole: Store,
  store: Store,
  epochs: EpochTable,
  counters: Counters,
  options: SpaceOptions,
): Pick<
  StoredSpace,
  | 'whole'
  | 'history'
  | 'noticeMs'
  | 'store'
  | 'epochs'
  | 'counters'
  | 'facts'
  | 'objects'
  | 'work'
  | 'inFlight'
  | 'updating'
> {
  const parts = { ...options, store, epochs, counters, enabled: options.architecture !== 'centralized' }
  return {
    whole,
    history: options.history,
    // Others hear at once, and if the news was lost, at their next heartbeat.
    noticeMs: whole.traits.reach === 'process' ? 0 : options.heartbeatMs + spareMs,
    store,
    epochs,
    counters,
    facts: new CoherentCache('facts', parts),
    objects: new CoherentCache('objects', parts),
    work: new CoherentCache('work', parts),
    inFlight: new Map(),
    updating: new Map(),
  }
}

/** What a process takes to read the feed, with some to spare. */
const spareMs = 200

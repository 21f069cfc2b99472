import type { MemoryShare } from './memory.ts'
import type { ResolvedOptions } from './options.ts'

type Settings = Pick<
  ResolvedOptions,
  'space' | 'architecture' | 'ttlMs' | 'maxEntries' | 'maxCacheBytes' | 'heartbeatMs' | 'history'
>

/** What threads that join get to know of a memory: its settings, and what it made when it was opened. */
export function shareOf(
  { space, architecture, ttlMs, maxEntries, maxCacheBytes, heartbeatMs, history, store }: ResolvedOptions,
  made: Omit<MemoryShare, keyof Settings | 'descriptor'>,
): MemoryShare {
  return {
    space,
    architecture,
    ttlMs,
    maxEntries,
    maxCacheBytes,
    heartbeatMs,
    history,
    descriptor: store.descriptor,
    ...made,
  }
}

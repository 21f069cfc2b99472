import type { MemoryStats } from './counters.ts'
import type { Figure } from '../tracing/telemetry-port.ts'

type Counter = Omit<Figure, 'kind' | 'read'> & { readonly of: keyof MemoryStats; readonly factor?: number }

const counters: readonly Counter[] = [
  { name: 'skein.cache.hits', of: 'hits', unit: '{read}', description: 'Reads that a cached copy answered' },
  { name: 'skein.cache.misses', of: 'misses', unit: '{read}', description: 'Reads that the store answered' },
  {
    name: 'skein.cache.invalidations',
    of: 'invalidations',
    unit: '{entry}',
    description: 'Cached copies invalidated by the writes of others',
  },
  { name: 'skein.work.computed', of: 'computed', unit: '{work}', description: 'Work that was computed' },
  { name: 'skein.work.reused', of: 'reused', unit: '{work}', description: 'Work whose result existed already' },
  {
    name: 'skein.work.saved.time',
    of: 'savedMs',
    factor: 0.001,
    unit: 's',
    description: 'Time that reuse saved',
  },
  { name: 'skein.work.saved.tokens', of: 'savedTokens', unit: '{token}', description: 'Tokens that reuse saved' },
]

/** What a memory of this process has done, for telemetry. */
export function memoryFigures(stats: () => MemoryStats): readonly Figure[] {
  return counters.map(({ of, factor = 1, ...named }) => ({
    ...named,
    kind: 'counter',
    read: () => stats()[of] * factor,
  }))
}

import type { ServeDashboardOptions } from '@skein/dashboard'

import { parseStoreAddress } from '../open/store-address.ts'

/** How a dashboard asks for the workers of a queue; nothing where the store has no queues. */
export function workersOf(store: string, queue: string): Pick<ServeDashboardOptions, 'workers'> {
  const location = parseStoreAddress(store)
  if (location.kind !== 'redis') return {}
  // Loaded on demand: a page that nobody opens needs none of it.
  return { workers: async () => (await import('@skein/bullmq')).listWorkers({ connection: location.url, queue }) }
}

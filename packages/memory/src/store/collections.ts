import type { Collection } from './store.ts'

/** What the memory writes for itself: no watcher is told of it, and the audit leaves it out. */
export const internalCollections: ReadonlySet<Collection> = new Set(['ledger', 'audit', 'settings', 'federation'])

/** What agents and people write, or have written for them. */
export const recordCollections: readonly Collection[] = [
  'facts',
  'observations',
  'decisions',
  'learnings',
  'alerts',
  'claims',
  'escalations',
  'objects',
  'work',
  'agents',
  'messages',
]

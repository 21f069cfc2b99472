import type { EpochTable } from './epoch-table.ts'
import type { Store } from './store.ts'

/**
 * Puts the epoch table in front of a store's writes: every copy of what is
 * written stops being valid before the store is asked, in every thread.
 *
 * Only the thread that opened the store holds one; all other threads write
 * through it, so that a terminated thread can't leave a slot half-way.
 */
export function gateWrites(store: Store, epochs: EpochTable): Store {
  return {
    traits: store.traits,
    objects: store.objects,
    now: () => store.now(),
    read: (keys) => store.read(keys),
    query: (query) => store.query(query),
    search: (query) => store.search(query),
    changes: (after, limit) => store.changes(after, limit),
    watch: (listener) => store.watch(listener),
    sweep: (limit) => store.sweep(limit),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
    write: async (batch) => {
      // A touch changes no value. A copy made before it only seems to end earlier.
      const slots = batch
        .filter((mutation) => mutation.type !== 'touch')
        .map(({ key }) => epochs.slotOf(key.collection, key.id))
      for (const slot of slots) epochs.begin(slot)
      try {
        return await store.write(batch)
      } finally {
        // Also when the outcome is unknown: a reader then asks the store, which knows.
        for (const slot of slots) epochs.end(slot)
      }
    },
  }
}

import type { EpochTable } from './epoch-table.ts'
import { forward } from '../store/forward.ts'
import type { Store } from '../store/store.ts'

/**
 * Puts the epoch table in front of a store's writes: every copy of what is
 * written stops being valid before the store is asked, in every thread.
 *
 * Only the thread that opened the store holds one; all other threads write
 * through it, so that a terminated thread can't leave a slot half-way.
 */
export function gateWrites(store: Store, epochs: EpochTable): Store {
  return {
    ...forward(store),
    write: async (batch) => {
      // A touch or a new seal changes no value. A copy made before a touch only seems to end earlier.
      const slots: number[] = []
      for (const { type, key } of batch) {
        if (type === 'set' || type === 'delete') slots.push(epochs.slotOf(key.collection, key.id))
      }
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

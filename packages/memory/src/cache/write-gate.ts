import type { EpochTable } from './epoch-table.ts'
import { hasTrait } from '../store/collections.ts'
import { forward } from '../store/forward.ts'
import type { Store } from '../store/store.ts'

/**
 * Updates the epoch table around a store's writes. The cached entries of a written
 * record become invalid in every thread before the store receives the write.
 *
 * Only the thread that opened the store has this gate. All other threads write
 * through that thread, so a terminated thread can't leave a slot half-updated.
 */
export function gateWrites(store: Store, epochs: EpochTable): Store {
  return {
    ...forward(store),
    write: async (batch) => {
      // A touch or reseal changes no value. An entry cached before a touch merely expires earlier.
      const [cached, others]: [number[], number[]] = [[], []]
      for (const { type, key } of batch) {
        if (type === 'set' || type === 'delete' || type === 'withdraw')
          (hasTrait(key.collection, 'cached') ? cached : others).push(epochs.slotOf(key.collection, key.id))
      }
      for (const slot of cached) epochs.begin(slot)
      try {
        return await store.write(batch)
      } finally {
        // Also when the outcome is unknown: readers then go to the store, which knows it.
        for (const slot of cached) epochs.end(slot)
        for (const slot of others) epochs.tell(slot)
        for (const { key } of batch) if (hasTrait(key.collection, 'governing')) epochs.noteGoverning(key.collection)
      }
    },
  }
}

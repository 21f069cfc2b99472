import { StoreError } from '@skein/memory'
import type { Collection, Store, StoreDriver } from '@skein/memory/store'

/**
 * A store for commands that only read, through a connection that can't write.
 * The memory's background work, such as sweeping expired records or resealing,
 * is left to the programs that use the space.
 *
 * @param reader - An open connection to the space; closed with the store.
 * @param writable - Collections that may be written all the same, through a connection opened for the first such write.
 */
export function readOnlyStore(driver: StoreDriver, reader: Store, writable: ReadonlySet<Collection>): StoreDriver {
  return {
    spaces: () => driver.spaces(),
    open: async (space) => {
      let writer: Promise<Store> | undefined
      return {
        traits: reader.traits,
        objects: reader.objects,
        now: () => reader.now(),
        read: (keys) => reader.read(keys),
        query: (query) => reader.query(query),
        list: (query) => reader.list(query),
        search: (query) => reader.search(query),
        changes: (after, limit) => reader.changes(after, limit),
        newer: (places) => reader.newer(places),
        past: (keys) => reader.past(keys),
        pastIds: (query) => reader.pastIds(query),
        watch: (listener, onLink) => reader.watch(listener, onLink),
        verify: (inspector) => reader.verify(inspector),
        write: async (batch) => {
          const refused = batch.find(({ type, key }) => !type.startsWith('check') && !writable.has(key.collection))
          if (refused) {
            throw new StoreError('write', `This command must not write to "${refused.key.collection}".`)
          }
          writer ??= driver.open(space, 'writer')
          return (await writer).write(batch)
        },
        changePast: async () => {
          throw new StoreError('changePast', 'This command must not change past versions.')
        },
        sweep: async () => 0,
        scrub: async () => (await writer)?.scrub(),
        [Symbol.asyncDispose]: async () => {
          await reader[Symbol.asyncDispose]()
          // Last: a writing connection removes the logs that a reading one must leave.
          await (await writer?.catch(() => undefined))?.[Symbol.asyncDispose]()
        },
      }
    },
  }
}

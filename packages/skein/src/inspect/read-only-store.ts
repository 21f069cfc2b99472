import { StoreError } from '@skein/memory'
import type { Collection, Store, StoreDriver } from '@skein/memory/store'

/**
 * A store for who only looks: reads go through a connection that can't write.
 * Whatever a memory does to a store in the background, such as removing what
 * has expired or sealing anew, is left to those who are at work there.
 *
 * @param reader - Of the space that will be opened; closed with the memory.
 * @param mayWrite - What is written all the same, through a connection that is opened for the first such write.
 */
export function lookingStore(driver: StoreDriver, reader: Store, mayWrite: ReadonlySet<Collection>): StoreDriver {
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
        search: (query) => reader.search(query),
        changes: (after, limit) => reader.changes(after, limit),
        watch: (listener, onLink) => reader.watch(listener, onLink),
        verify: (inspector) => reader.verify(inspector),
        write: async (batch) => {
          const refused = batch.find(({ key }) => !mayWrite.has(key.collection))
          if (refused) {
            throw new StoreError('write', `Who only looks writes nothing to "${refused.key.collection}".`)
          }
          writer ??= driver.open(space, 'writer')
          return (await writer).write(batch)
        },
        sweep: async () => 0,
        scrub: async () => {},
        [Symbol.asyncDispose]: async () => {
          await reader[Symbol.asyncDispose]()
          // Last: a connection that writes removes the logs that one that reads must leave.
          await (await writer?.catch(() => undefined))?.[Symbol.asyncDispose]()
        },
      }
    },
  }
}

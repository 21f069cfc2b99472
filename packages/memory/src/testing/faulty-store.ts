import { forward } from '../store/forward.ts'
import type { Mutation } from '../store/mutation.ts'
import type { RecordFilter } from '../store/query.ts'
import type { RecordKey } from '../store/record.ts'
import { callOf, makeCalls } from '../store/store-routes.ts'
import type { CallName } from '../store/store-routes.ts'
import type { Store } from '../store/store.ts'
import type { Collection } from '../store/collections.ts'
import type { StoreDriver } from '../store/store-driver.ts'
import { FaultBox } from './fault-box.ts'
import type { Faults } from './faults.ts'

/**
 * Wraps a driver so that a test can make its stores misbehave like real ones: be
 * slow, fail, lose hints, or disconnect from other processes' changes.
 *
 * Worker threads reach the stores through the thread that opened them, so the
 * faults affect them, too.
 *
 * @example
 * ```ts
 * import { mapStore, openMemory } from '@skein/memory'
 * import { faultyStore } from '@skein/memory/testing'
 *
 * const { driver, faults } = faultyStore(mapStore())
 * const memory = await openMemory({ store: driver })
 * const { facts } = memory.as({ id: 'ann', role: 'test' })
 * faults.fail('write', { collection: 'facts', when: 'after' })
 * const refused = await facts.set('k', 1).catch((error) => error)
 * refused.code // => 'SKEIN_OUTCOME_UNKNOWN'
 * await facts.get('k') // => 1
 * await memory.close()
 * ```
 */
export function faultyStore(driver: StoreDriver): { readonly driver: StoreDriver; readonly faults: Faults } {
  const faults = new FaultBox()
  const { descriptor: _, ...local } = driver
  return {
    faults,
    driver: {
      ...local,
      open: async (space, role) => wrap(await driver.open(space, role), faults),
      spaces: () => driver.spaces(),
    },
  }
}

function wrap(store: Store, faults: FaultBox): Store {
  return {
    ...forward(store),
    ...makeCalls((name) => {
      const call = callOf(store, name) as (...args: readonly unknown[]) => Promise<unknown>
      return (...args) => faults.pass(name, collectionsIn(name, args), () => call(...args))
    }),
    watch: (listener, onLink) => faults.watch(store, listener, onLink),
  }
}

/** The collections that a call is about. */
function collectionsIn(name: CallName, [first]: readonly unknown[]): readonly Collection[] {
  switch (name) {
    case 'read':
    case 'past':
      return (first as readonly RecordKey[]).map(({ collection }) => collection)
    case 'write':
      return (first as readonly Mutation[]).map(({ key }) => key.collection)
    case 'query':
    case 'list':
    case 'search':
    case 'pastIds':
      return [(first as RecordFilter).collection]
    default:
      return name.startsWith('objects.') ? ['objects'] : []
  }
}

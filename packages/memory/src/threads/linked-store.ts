import type { Corruption } from '../store/corruption.ts'
import { StoreClock } from '../store/store-clock.ts'
import { callNames, callOf, makeCalls } from '../store/store-routes.ts'
import type { Route } from '../store/store-routes.ts'
import type { Store, StoreTraits } from '../store/store.ts'
import type { LinkClient } from './link-client.ts'
import type { LinkHandlers } from './link-messages.ts'

/**
 * A worker thread's store. Writes go through the thread that opened the store.
 * Reads use the worker's own connection, if it has one.
 */
export function linkedStore(client: LinkClient, reader: Store | undefined, traits: StoreTraits): Store {
  const isOwn = (route: Route): boolean => route === 'reader' || (route === 'index' && traits.fullText === 'native')
  const clock = reader ?? new StoreClock()
  return {
    ...makeCalls((name, route) =>
      reader && isOwn(route) ? callOf(reader, name) : (...args) => client.call(name, ...args),
    ),
    traits,
    now: () => clock.now(),
    /** Never calls the listener: threads learn of changes from the epoch table. */
    watch: () => () => {},
    /** The thread gets all results at the end, and the inspector is not called: the opening thread has the keys. */
    verify: () => verifyThere(client),
    [Symbol.asyncDispose]: async () => reader?.[Symbol.asyncDispose](),
  }
}

async function* verifyThere(client: LinkClient): AsyncGenerator<Corruption, void, undefined> {
  yield* await client.call<readonly Corruption[]>('verify')
}

/** The opening thread's handlers for the calls of a {@link linkedStore}. */
export function storeHandlers(store: Store): LinkHandlers {
  return {
    ...Object.fromEntries(callNames.map((name) => [name, callOf(store, name)])),
    verify: () => Array.fromAsync(store.verify()),
  }
}

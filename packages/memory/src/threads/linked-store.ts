import type { Corruption } from '../store/corruption.ts'
import { callNames, callOf, makeCalls } from '../store/store-routes.ts'
import type { Route } from '../store/store-routes.ts'
import type { Store, StoreTraits } from '../store/store.ts'
import type { LinkClient } from './link-client.ts'
import type { LinkHandlers } from './link-messages.ts'

/**
 * A store as a worker thread sees it: writes go through the thread that opened
 * it, reads through a connection of the thread's own where there can be one.
 */
export function linkedStore(client: LinkClient, reader: Store | undefined, traits: StoreTraits): Store {
  const isOwn = (route: Route): boolean => route === 'reader' || (route === 'index' && traits.fullText === 'native')
  return {
    ...makeCalls((name, route) =>
      reader && isOwn(route) ? callOf(reader, name) : (...args) => client.call(name, ...args),
    ),
    traits,
    now: () => reader?.now() ?? Date.now(),
    /** Never calls back: threads learn of changes from the epoch table. */
    watch: () => () => {},
    /** Without a connection of its own the thread gets everything at the end, and no inspector sees what is intact. */
    verify: (inspector) => reader?.verify(inspector) ?? verifyThere(client),
    [Symbol.asyncDispose]: async () => reader?.[Symbol.asyncDispose](),
  }
}

async function* verifyThere(client: LinkClient): AsyncGenerator<Corruption, void, undefined> {
  yield* await client.call<readonly Corruption[]>('verify')
}

/** The other end: what the opening thread answers for a {@link linkedStore}. */
export function storeHandlers(store: Store): LinkHandlers {
  return {
    ...Object.fromEntries(callNames.map((name) => [name, callOf(store, name)])),
    verify: () => Array.fromAsync(store.verify()),
  }
}

import type { ObjectStore, Store } from './store.ts'

/**
 * Which connection serves a call from a worker thread:
 *
 * - `reader`: the thread's own connection, if it has one.
 * - `index`: also its own, but only if the store's full-text search is native. A derived index exists once per process.
 * - `writer`: always the connection of the thread that opened the store.
 */
export type Route = 'reader' | 'index' | 'writer'

/**
 * Every store method that returns a promise, with its route. Store wrappers are
 * built from this table. A method added here is automatically forwarded, sent
 * between threads and covered by fault injection in tests.
 */
export const storeRoutes = {
  read: 'reader',
  query: 'reader',
  list: 'reader',
  search: 'index',
  changes: 'reader',
  newer: 'reader',
  past: 'reader',
  pastIds: 'reader',
  changePast: 'writer',
  write: 'writer',
  sweep: 'writer',
  scrub: 'writer',
} as const

/** Every method of {@link ObjectStore}, with its route. */
export const objectRoutes = {
  get: 'reader',
  has: 'reader',
  names: 'reader',
  put: 'writer',
  delete: 'writer',
} as const

/** A method in {@link storeRoutes}. */
export type StoreCall = keyof typeof storeRoutes

/** A method in {@link objectRoutes}. */
export type ObjectCall = keyof typeof objectRoutes

/** The name of a call in messages between threads. */
export type CallName = StoreCall | `objects.${ObjectCall}`

/** The methods of a store that are in the tables. */
export type StoreCalls = Pick<Store, StoreCall> & { readonly objects: ObjectStore }

/** Any of these methods. */
export type AnyCall = (...args: never[]) => unknown

const objects = 'objects.'

/** Names of all calls. */
export const callNames: readonly CallName[] = [
  ...(Object.keys(storeRoutes) as StoreCall[]),
  ...(Object.keys(objectRoutes) as ObjectCall[]).map((name): CallName => `${objects}${name}`),
]

/** Builds a store's methods by calling `make` for each one. */
export function makeCalls(make: (name: CallName, route: Route) => AnyCall): StoreCalls {
  const all = Object.entries(storeRoutes).map(([name, route]) => [name, make(name as StoreCall, route)])
  const ofObjects = Object.entries(objectRoutes).map(([name, route]) => {
    return [name, make(`${objects}${name as ObjectCall}`, route)]
  })
  return { ...Object.fromEntries(all), objects: Object.fromEntries(ofObjects) } as StoreCalls
}

/** Binds a store's method by name. The method is looked up on each call, so later replacements take effect. */
export function callOf(store: StoreCalls, name: CallName): AnyCall {
  if (!name.startsWith(objects)) return (...args) => (store[name as StoreCall] as AnyCall)(...args)
  const call = name.slice(objects.length) as ObjectCall
  return (...args) => (store.objects[call] as AnyCall)(...args)
}

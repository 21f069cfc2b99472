import type { ObjectStore, Store } from './store.ts'

/**
 * Which connection carries a call of a worker thread:
 *
 * - `reader`: the thread's own, where it has one.
 * - `index`: its own too, if that finds words itself; a derived index exists once per process.
 * - `writer`: always that of the thread that opened the store.
 */
export type Route = 'reader' | 'index' | 'writer'

/**
 * Every call of a store that resolves to an answer. Whatever stands in front of
 * a store is made from this table, so a call that is added here is forwarded,
 * sent between threads and made to fail in tests like all others.
 */
export const storeRoutes = {
  read: 'reader',
  query: 'reader',
  search: 'index',
  changes: 'reader',
  write: 'writer',
  sweep: 'writer',
  scrub: 'writer',
} as const

/** The same for the bytes of objects. */
export const objectRoutes = {
  get: 'reader',
  has: 'reader',
  put: 'writer',
  delete: 'writer',
} as const

/** A call of {@link storeRoutes}. */
export type StoreCall = keyof typeof storeRoutes

/** A call of {@link objectRoutes}. */
export type ObjectCall = keyof typeof objectRoutes

/** A call by the name that it has between threads. */
export type CallName = StoreCall | `objects.${ObjectCall}`

/** The part of a store that consists of such calls. */
export type StoreCalls = Pick<Store, StoreCall> & { readonly objects: ObjectStore }

/** Any one of these calls. */
export type AnyCall = (...args: never[]) => unknown

const objects = 'objects.'

/** The names of all calls. */
export const callNames: readonly CallName[] = [
  ...(Object.keys(storeRoutes) as StoreCall[]),
  ...(Object.keys(objectRoutes) as ObjectCall[]).map((name): CallName => `${objects}${name}`),
]

/** Makes every call of a store. */
export function makeCalls(make: (name: CallName, route: Route) => AnyCall): StoreCalls {
  const all = Object.entries(storeRoutes).map(([name, route]) => [name, make(name as StoreCall, route)])
  const ofObjects = Object.entries(objectRoutes).map(([name, route]) => {
    return [name, make(`${objects}${name as ObjectCall}`, route)]
  })
  return { ...Object.fromEntries(all), objects: Object.fromEntries(ofObjects) } as StoreCalls
}

/** A call of a store at hand, by its name; the store is looked at when it is called. */
export function callOf(store: StoreCalls, name: CallName): AnyCall {
  if (!name.startsWith(objects)) return (...args) => (store[name as StoreCall] as AnyCall)(...args)
  const call = name.slice(objects.length) as ObjectCall
  return (...args) => (store.objects[call] as AnyCall)(...args)
}

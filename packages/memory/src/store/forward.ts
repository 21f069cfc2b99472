import type { Store } from './store.ts'
import { callOf, makeCalls } from './store-routes.ts'

/** A store that does what another one does, to be varied by whoever stands in front of it. */
export function forward(store: Store): Store {
  return {
    ...makeCalls((name) => callOf(store, name)),
    traits: store.traits,
    now: () => store.now(),
    watch: (listener, onLink) => store.watch(listener, onLink),
    verify: (inspector) => store.verify(inspector),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

import type { Store } from './store.ts'
import { callOf, makeCalls } from './store-routes.ts'

/** Forwards every call to another store. Wrappers spread the result and override what they change. */
export function forward(store: Store): Store {
  return {
    ...makeCalls((name) => callOf(store, name)),
    traits: store.traits,
    now: () => store.now(),
    isLocked: () => store.isLocked?.() ?? false,
    watch: (listener, onLink) => store.watch(listener, onLink),
    verify: (inspector) => store.verify(inspector),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

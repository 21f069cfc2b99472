import type { Store } from './store.ts'

/** A store that does what another one does, to be varied by whoever stands in front of it. */
export function forward(store: Store): Store {
  return {
    traits: store.traits,
    objects: store.objects,
    now: () => store.now(),
    read: (keys) => store.read(keys),
    write: (batch) => store.write(batch),
    query: (query) => store.query(query),
    search: (query) => store.search(query),
    changes: (after, limit) => store.changes(after, limit),
    watch: (listener, onLink) => store.watch(listener, onLink),
    sweep: (limit) => store.sweep(limit),
    scrub: () => store.scrub(),
    verify: (inspector) => store.verify(inspector),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

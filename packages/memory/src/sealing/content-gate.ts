import { forward } from '../store/forward.ts'
import type { Mutation } from '../store/mutation.ts'
import { hashOf } from '../store/object-id.ts'
import type { Store } from '../store/store.ts'
import type { KeyRing } from './key-ring.ts'
import { contentNames } from './object-vault.ts'

/**
 * Keeps objects and their contents together. The bytes are stored before the record: it is refused where somebody has
 * deleted them in between. And they go with the last record that has them, in the same atom.
 */
export function gateContents(store: Store, ring: KeyRing): Store {
  const withContents = (mutation: Mutation): Mutation => {
    const { type, key } = mutation
    if (key.collection !== 'objects' || (type !== 'set' && type !== 'delete')) return mutation
    const names = contentNames(hashOf(key.id), ring)
    return type === 'set' ? { ...mutation, needs: names } : { ...mutation, drops: names }
  }
  return {
    ...forward(store),
    write: (batch) =>
      store.write(batch.some(({ key }) => key.collection === 'objects') ? batch.map(withContents) : batch),
  }
}

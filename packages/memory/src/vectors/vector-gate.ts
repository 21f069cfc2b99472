import { hasTrait } from '../store/collections.ts'
import type { Commit, DeleteMutation, Mutation } from '../store/mutation.ts'
import type { Store } from '../store/store.ts'
import { vectorKey } from './vector-record.ts'

/**
 * Lets vectors go with their records: whatever deletes or replaces a record deletes its vector in the same atom. This is
 * so in every process, whether or not it has an embedder. Records that are new have no vector, and cost nothing.
 *
 * @param store - A plain object, as other gates make them: its other calls are taken over, not wrapped once more.
 */
export function gateVectors(store: Store): Store {
  return {
    ...store,
    write: (batch) => (batch.some(endsVector) ? writeWithout(store, batch) : store.write(batch)),
  }
}

/** The vectors go at the end of the batch, and unconditionally, so the indexes of the batch stay. */
async function writeWithout(store: Store, batch: readonly Mutation[]): Promise<Commit> {
  const gone = batch.filter(endsVector).map((mutation): DeleteMutation => {
    const author = mutation.type === 'set' ? mutation.meta.author : mutation.author
    return { type: 'delete', key: vectorKey(mutation.key), author }
  })
  const commit = await store.write([...batch, ...gone])
  return commit.ok ? { ok: true, written: commit.written.slice(0, batch.length) } : commit
}

/** Ids of new entries are new, so a write that names no version creates one. */
function endsVector(mutation: Mutation): mutation is Extract<Mutation, { type: 'set' | 'delete' }> {
  const { type, key, ifVersion } = mutation
  return (type === 'delete' || (type === 'set' && (ifVersion ?? 0) > 0)) && hasTrait(key.collection, 'searchable')
}

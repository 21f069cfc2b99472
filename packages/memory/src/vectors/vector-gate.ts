import { hasTrait } from '../store/collections.ts'
import type { Commit, DeleteMutation, Mutation, TouchMutation } from '../store/mutation.ts'
import type { Store } from '../store/store.ts'
import { vectorKey } from './vector-record.ts'

/**
 * Lets vectors go with their records: whatever deletes or replaces a record deletes its vector in the same atom, and
 * whatever moves its end moves that of the vector. This is so in every process, whether or not it has an embedder. Records
 * that are new have no vector, and cost nothing.
 *
 * @param store - A plain object, as other gates make them: its other calls are taken over, not wrapped once more.
 */
export function gateVectors(store: Store): Store {
  return {
    ...store,
    write: (batch) => (batch.some(concernsVector) ? writeWithVectors(store, batch) : store.write(batch)),
  }
}

/** The vectors come at the end of the batch, so the indexes of the batch stay. */
async function writeWithVectors(store: Store, batch: readonly Mutation[]): Promise<Commit> {
  const gone = batch.filter(endsVector).map((mutation): DeleteMutation => {
    const author = mutation.type === 'set' ? mutation.meta.author : mutation.author
    return { type: 'delete', key: vectorKey(mutation.key), author }
  })
  for (;;) {
    const commit = await store.write([...batch, ...gone, ...(await movedEnds(store, batch))])
    if (commit.ok) return { ok: true, written: commit.written.slice(0, batch.length) }
    // Else a vector was made again.
    if (commit.refusal.index < batch.length) return commit
  }
}

async function movedEnds(store: Store, batch: readonly Mutation[]): Promise<readonly TouchMutation[]> {
  const touches = batch.filter(movesEnd)
  if (touches.length === 0) return []
  const vectors = await store.read(touches.map(({ key }) => vectorKey(key)))
  return touches.flatMap(({ key, ttlMs }, index): TouchMutation[] => {
    const version = vectors[index]?.version
    return version === undefined ? [] : [{ type: 'touch', key: vectorKey(key), ifVersion: version, ttlMs }]
  })
}

function concernsVector(mutation: Mutation): boolean {
  return endsVector(mutation) || movesEnd(mutation)
}

function movesEnd(mutation: Mutation): mutation is TouchMutation {
  return mutation.type === 'touch' && hasTrait(mutation.key.collection, 'searchable')
}

/** Ids of new entries are new, so a write that names no version creates one. */
function endsVector(mutation: Mutation): mutation is Extract<Mutation, { type: 'set' | 'delete' }> {
  const { type, key, ifVersion } = mutation
  return (type === 'delete' || (type === 'set' && (ifVersion ?? 0) > 0)) && hasTrait(key.collection, 'searchable')
}

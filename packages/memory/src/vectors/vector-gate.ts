import type { EpochTable } from '../cache/epoch-table.ts'
import type { Commit, DeleteMutation, Mutation, TouchMutation } from '../store/mutation.ts'
import type { Store } from '../store/store.ts'
import { KnownFactVectors } from './known-fact-vectors.ts'
import { isEmbedded, vectorKey } from './vector-record.ts'

/**
 * Lets vectors go with their records: whatever deletes or replaces a record deletes its vector in the same atom, and
 * whatever moves its end moves that of the vector. This is so in every process, whether or not it has an embedder. Records
 * that are new have no vector, and cost nothing; nor do facts where none has a vector.
 *
 * @param store - A plain object, as other gates make them: its other calls are taken over, not wrapped once more.
 */
export function gateVectors(store: Store, epochs: EpochTable): Store {
  const facts = new KnownFactVectors(store, epochs)
  /** Writes that wait for the answer whether facts have vectors. Later ones must not overtake them. */
  let waiting = 0
  const writeOfFacts = async (batch: readonly Mutation[]): Promise<Commit> => {
    waiting += 1
    const exist = await facts.exist().finally(() => (waiting -= 1))
    return writeWithVectors(store, batch, exist ? concernsVector : concernsEntry)
  }
  return {
    ...store,
    write: (batch) => {
      if (batch.some(concernsFact) && !(waiting === 0 && facts.areNone)) return writeOfFacts(batch)
      return batch.some(concernsEntry) ? writeWithVectors(store, batch, concernsEntry) : store.write(batch)
    },
  }
}

/** The vectors come at the end of the batch, so the indexes of the batch stay. */
async function writeWithVectors(
  store: Store,
  batch: readonly Mutation[],
  hasVector: (mutation: Mutation) => boolean,
): Promise<Commit> {
  const concerned = batch.filter(hasVector)
  const gone = concerned.filter(endsVector).map((mutation): DeleteMutation => {
    const author = mutation.type === 'set' ? mutation.meta.author : mutation.author
    return { type: 'delete', key: vectorKey(mutation.key), author }
  })
  for (;;) {
    const commit = await store.write([...batch, ...gone, ...(await movedEnds(store, concerned))])
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

function concernsFact(mutation: Mutation): boolean {
  return mutation.key.collection === 'facts' && concernsVector(mutation)
}

function concernsEntry(mutation: Mutation): boolean {
  return mutation.key.collection !== 'facts' && concernsVector(mutation)
}

function movesEnd(mutation: Mutation): mutation is TouchMutation {
  return mutation.type === 'touch' && isEmbedded(mutation.key.collection)
}

function endsVector(mutation: Mutation): mutation is Extract<Mutation, { type: 'set' | 'delete' }> {
  const { type, key, ifVersion } = mutation
  if (!isEmbedded(key.collection)) return false
  if (type === 'delete') return true
  // Ids of new entries are new, so a write that names no version creates one.
  return type === 'set' && ifVersion !== 0 && (ifVersion !== undefined || key.collection === 'facts')
}

import { forward } from '../store/forward.ts'
import type { Commit, Mutation } from '../store/mutation.ts'
import { hashOf } from '../store/object-id.ts'
import type { Store } from '../store/store.ts'
import { levelIndex } from '../values/access.ts'
import { MissingKeyError } from '../values/errors.ts'
import { isSealed } from '../values/sealed-text.ts'
import type { KeyRing } from './key-ring.ts'
import type { KnownSealing } from './sealing-state.ts'
import { withdrawContent } from './withdraw-content.ts'

/**
 * Lets nothing plain through that must be sealed in the space, also if that became so a moment ago.
 *
 * What is plain and above public is written together with a check of how the space is sealed, in one atom. So a process
 * that has not heard of it, perhaps because it was asleep, can't write either. Public values go through unchecked: they
 * are most, and in a space that seals them a process learns of it from the feed.
 *
 * @param store - A store below the one that seals: sealed values arrive here.
 */
export function gatePlain(store: Store, ring: KeyRing, sealing: KnownSealing): Store {
  const writeChecked = async (batch: readonly Mutation[]): Promise<Commit> => {
    for (;;) {
      assertMayWrite(batch, ring)
      // At the end, so that the indexes of the batch stay.
      const commit = await store.write([...batch, await sealing.check()])
      if (commit.ok) return { ok: true, written: commit.written.slice(0, -1) }
      const { refusal } = commit
      if (refusal.index < batch.length) return commit
      if (refusal.reason !== 'seal') sealing.note(refusal.current)
    }
  }
  /** The contents of objects were stored before their records, which are refused now. */
  const withdrawContents = async (batch: readonly Mutation[]): Promise<void> => {
    for (const { type, key } of batch) {
      if (type !== 'set' || key.collection !== 'objects') continue
      await withdrawContent(store, hashOf(key.id), (level) => sealing.mayBePlain(level))
    }
  }
  const refuse = async (batch: readonly Mutation[], error: unknown): Promise<never> => {
    if (error instanceof MissingKeyError) await withdrawContents(batch)
    throw error
  }
  return {
    ...forward(store),
    write: (batch) => {
      try {
        if (!hasPlainAbovePublic(batch)) {
          assertMayWrite(batch, ring)
          return store.write(batch)
        }
      } catch (error) {
        return refuse(batch, error)
      }
      return writeChecked(batch).catch((error: unknown) => refuse(batch, error))
    },
  }
}

function hasPlainAbovePublic(batch: readonly Mutation[]): boolean {
  for (const mutation of batch) {
    if (mutation.type === 'set' && levelIndex(mutation.meta.sensitivity) > 0 && !isSealed(mutation.value)) return true
  }
  return false
}

/** @throws MissingKeyError */
function assertMayWrite(batch: readonly Mutation[], ring: KeyRing): void {
  for (const mutation of batch) if (mutation.type === 'set') ring.assertMayWrite(mutation.meta.sensitivity)
}

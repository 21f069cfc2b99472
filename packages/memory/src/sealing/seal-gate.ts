import { CorruptRecordError } from '../values/errors.ts'
import { forward } from '../store/forward.ts'
import type { KeyRing } from './key-ring.ts'
import { verifySealed } from './verify-sealed.ts'
import { isSealed, unopened } from '../values/sealed-text.ts'
import type { Store } from '../store/store.ts'
import type { Collection } from '../store/collections.ts'
import type { Commit, Mutation, SetMutation } from '../store/mutation.ts'
import type { StoredRecord } from '../store/record.ts'

/**
 * Seals sensitive values on writes to a store, and opens them on reads.
 *
 * A sealed text is bound to its record's version, which only the store decides.
 * The gate predicts the version, seals the text for it and sends it as `asVersion`.
 * If the store would assign another version, it refuses the batch and reports that
 * version, and the gate seals the text again.
 */
export function gateSeals(store: Store, ring: KeyRing): Store {
  /** For each collection, the version after which new keys start, as learned from refusals. */
  const floors = new Map<Collection, number>()

  const seal = (mutation: SetMutation, asVersion: number): SetMutation => {
    const { collection, id } = mutation.key
    const value = ring.sealText(mutation.value, [collection, id, asVersion])
    return { ...mutation, value, asVersion, terms: undefined }
  }

  const write = async (batch: readonly Mutation[]): Promise<Commit> => {
    for (const mutation of batch) if (mutation.type === 'set') ring.assertMayWrite(mutation.meta.sensitivity)
    if (!batch.some((mutation) => mustBeSealed(mutation, ring))) return open(await store.write(batch), ring)
    const known = await store.read(batch.map(({ key }) => key))
    /** Versions that the store has reported, by index in the batch. */
    const reported = new Map<number, number>()
    const versionOf = ({ ifVersion, key }: Mutation, index: number): number => {
      const version = ifVersion === undefined || ifVersion === 0 ? known[index]?.version : ifVersion
      return reported.get(index) ?? (version ?? floors.get(key.collection) ?? 0) + 1
    }
    for (;;) {
      const sealed = batch.map((mutation, index) =>
        mustBeSealed(mutation, ring) ? seal(mutation as SetMutation, versionOf(mutation, index)) : mutation,
      )
      const commit = await store.write(sealed)
      if (commit.ok || commit.refusal.reason !== 'seal') return open(commit, ring)
      const { index, version } = commit.refusal
      reported.set(index, version)
      if (!known[index]) floors.set((batch[index] as Mutation).key.collection, version - 1)
    }
  }

  return {
    ...forward(store),
    write,
    verify: (inspector) => verifySealed(store, ring, inspector),
    read: async (keys) => (await store.read(keys)).map((record) => record && openRecord(record, ring)),
    query: async (query) => {
      const page = await store.query(query)
      return { ...page, records: openAll(page.records, ring) }
    },
    search: async (query) => {
      const answer = await store.search(query)
      return { ...answer, records: openAll(answer.records, ring) }
    },
  }
}

function mustBeSealed(mutation: Mutation, ring: KeyRing): boolean {
  return mutation.type === 'set' && ring.seals(mutation.meta.sensitivity)
}

/** Opens a record. If that fails, a placeholder replaces the value, and decoding it throws the error. */
function openRecord(record: StoredRecord, ring: KeyRing): StoredRecord {
  if (!isSealed(record.value)) return record
  try {
    return openNow(record, ring)
  } catch (error) {
    return { ...record, value: unopened(error) }
  }
}

/** Opens the records of a list. Corrupt ones are left out with a warning, so that they don't make the list fail. */
function openAll(records: readonly StoredRecord[], ring: KeyRing): readonly StoredRecord[] {
  return records.flatMap((record) => {
    if (!isSealed(record.value)) return record
    try {
      return openNow(record, ring)
    } catch (error) {
      if (!(error instanceof CorruptRecordError)) return { ...record, value: unopened(error) }
      process.emitWarning(`${error.message} Lists leave it out.`, { type: 'SkeinWarning', code: error.code })
      return []
    }
  })
}

function openNow(record: StoredRecord, ring: KeyRing): StoredRecord {
  const { collection, id, version, value } = record
  return { ...record, value: ring.openText(value, [collection, id, version]) }
}

function open(commit: Commit, ring: KeyRing): Commit {
  if (commit.ok || commit.refusal.reason === 'seal' || !commit.refusal.current) return commit
  const { refusal } = commit
  return { ok: false, refusal: { ...refusal, current: openRecord(commit.refusal.current, ring) } }
}

import { CorruptRecordError } from '../values/errors.ts'
import { warn } from '../values/warn.ts'
import { forward } from '../store/forward.ts'
import { hashOf } from '../store/object-id.ts'
import type { KeyRing } from './key-ring.ts'
import { ObjectVault } from './object-vault.ts'
import { RecordOpener } from './record-opener.ts'
import type { Opened } from './record-opener.ts'
import { sealRecord } from './record-seal.ts'
import { verifySealed } from './verify-sealed.ts'
import { unopened } from '../values/sealed-text.ts'
import type { Store } from '../store/store.ts'
import type { Collection } from '../store/collections.ts'
import type { Commit, Mutation, SetMutation } from '../store/mutation.ts'
import type { PastVersion } from '../store/past.ts'
import type { StoredRecord } from '../store/record.ts'

/**
 * Seals sensitive values on writes to a store, and opens them on reads.
 *
 * A sealed text is bound to its record's version, which only the store decides.
 * The gate predicts the version, seals the text for it and sends it as `asVersion`.
 * If the store would assign another version, it refuses the batch and reports that
 * version, and the gate seals the text again. The record's position can't be predicted
 * under load: the store binds it, by a key that comes with the text.
 */
export function gateSeals(store: Store, ring: KeyRing): Store {
  const opener = new RecordOpener(store, ring)
  const vault = new ObjectVault(store.objects, ring)
  /** For each collection, the version after which new keys start, as learned from refusals. */
  const floors = new Map<Collection, number>()

  const seal = (mutation: SetMutation, asVersion: number): SetMutation => {
    const record = { ...mutation.meta, ...mutation.key, version: asVersion }
    return { ...mutation, ...sealRecord(ring, record, mutation.value), asVersion, terms: undefined }
  }

  /** Resealing may have dropped the plain bytes of an object before their record was there, see `DroppedContents`. */
  const keepPlainContents = async (batch: readonly Mutation[]): Promise<void> => {
    for (const mutation of batch) if (isPlainObject(mutation, ring)) await vault.unseal(hashOf(mutation.key.id))
  }

  const write = async (batch: readonly Mutation[]): Promise<Commit> => {
    if (!batch.some((mutation) => mustBeSealed(mutation, ring))) {
      const commit = await store.write(batch)
      if (commit.ok && batch.some((mutation) => isPlainObject(mutation, ring))) await keepPlainContents(batch)
      return open(commit, opener)
    }
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
      if (commit.ok && batch.some((mutation) => isPlainObject(mutation, ring))) await keepPlainContents(batch)
      if (commit.ok || commit.refusal.reason !== 'seal') return open(commit, opener)
      const { index, version } = commit.refusal
      reported.set(index, version)
      if (!known[index]) floors.set((batch[index] as Mutation).key.collection, version - 1)
    }
  }

  return {
    ...forward(store),
    write,
    verify: (inspector) => verifySealed(store, ring, inspector),
    read: async (keys) => {
      const records = await store.read(keys)
      if (!opener.concerns(records)) return records
      const found = await openEach(
        records.filter((record) => record !== undefined),
        opener,
      )
      let next = 0
      return records.map((record) => record && found[next++])
    },
    query: async (query) => {
      const page = await store.query(query)
      return { ...page, records: await openList(page.records, opener) }
    },
    list: async (query) => {
      const page = await store.list(query)
      return { ...page, records: await openList(page.records, opener) }
    },
    past: async (keys) => openPast(await store.past(keys), opener),
    search: async (query) => {
      const answer = await store.search(query)
      return { ...answer, records: await openList(answer.records, opener) }
    },
  }
}

/** Whether a mutation stores a record of an object that is not sealed, in a space that this ring seals. */
function isPlainObject(mutation: Mutation, ring: KeyRing): boolean {
  const { type, key } = mutation
  return (
    type === 'set' && key.collection === 'objects' && ring.share.current !== undefined && !mustBeSealed(mutation, ring)
  )
}

function mustBeSealed(mutation: Mutation, ring: KeyRing): boolean {
  return mutation.type === 'set' && ring.seals(mutation.meta.sensitivity)
}

/** Opens records. If that fails, a placeholder replaces the value, and decoding it throws the error. */
async function openEach(records: readonly StoredRecord[], opener: RecordOpener): Promise<readonly StoredRecord[]> {
  const opened = await opener.openRead(records)
  return opened.map((one, index) =>
    'record' in one ? one.record : withError(records[index] as StoredRecord, one.error),
  )
}

/** Opens the records of a list. Corrupt ones are left out with a warning, so that they don't make the list fail. */
async function openList(records: readonly StoredRecord[], opener: RecordOpener): Promise<readonly StoredRecord[]> {
  if (!opener.concerns(records)) return records
  const opened = await opener.open(records)
  return opened.flatMap((one, index) => {
    if ('record' in one) return one.record
    const { error } = one
    if (!(error instanceof CorruptRecordError)) return withError(records[index] as StoredRecord, error)
    warn(`${error.message} Lists omit it.`, error.code)
    return []
  })
}

/** Opens past versions; a placeholder replaces the value of one that does not open. Tombstones have none. */
async function openPast(
  found: readonly (readonly PastVersion[])[],
  opener: RecordOpener,
): Promise<readonly (readonly PastVersion[])[]> {
  const records = found.flat().flatMap(({ record, deleted }) => (deleted ? [] : record))
  if (!opener.concerns(records)) return found
  const opened = await opener.openPast(records)
  let next = 0
  const openedOf = (version: PastVersion): PastVersion => {
    if (version.deleted) return version
    const one = opened[next++] as Opened
    return { ...version, record: 'record' in one ? one.record : withError(version.record, one.error) }
  }
  return found.map((versions) => versions.map(openedOf))
}

function withError(record: StoredRecord, error: unknown): StoredRecord {
  return { ...record, value: unopened(error) }
}

async function open(commit: Commit, opener: RecordOpener): Promise<Commit> {
  if (commit.ok || commit.refusal.reason === 'seal' || !commit.refusal.current) return commit
  const { refusal } = commit
  const [current] = await openEach([commit.refusal.current], opener)
  return { ok: false, refusal: { ...refusal, current } }
}

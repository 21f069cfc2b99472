import type { Corruption } from '../store/corruption.ts'
import { CorruptRecordError, OptionError } from '../values/errors.ts'
import { resolveEncryption } from './encryption-options.ts'
import { KeyRing } from './key-ring.ts'
import type { EncryptionOptions } from './encryption-options.ts'
import { hashOf } from '../store/object-id.ts'
import { isPlace } from '../store/object-place.ts'
import { verifySealed } from './verify-sealed.ts'
import { isSealed, sealingKey } from '../values/sealed-text.ts'
import type { Inspector, Store } from '../store/store.ts'
import type { Collection } from '../store/collections.ts'
import type { Seq, StoredRecord } from '../store/record.ts'
import type { StoreDriver } from '../store/store-driver.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'

/** Options of {@link inspectSpace}. */
export interface InspectOptions {
  readonly store: StoreDriver
  /** @defaultValue 'default' */
  readonly space?: string
  /** Keys to check that sealed data opens. Data sealed with any other key is reported as a corruption with `missingKey`. */
  readonly encryption?: EncryptionOptions
  /** Called after every 1,000 records and objects with the number inspected so far. */
  readonly onProgress?: (inspected: number) => void
  readonly signal?: AbortSignal
}

/** The amount of data sealed with one key. */
export interface SealedCount {
  readonly records: number
  readonly objects: number
}

/** The content of a space, as found by {@link inspectSpace}. */
export interface Inspection {
  /** The number of unexpired records in each collection that the store can read. Sealed ones count even if no key opens them. */
  readonly records: Readonly<Partial<Record<Collection, number>>>
  /** The number of contents that the store can read, and their total size in bytes. Plain and sealed forms count separately. */
  readonly objects: { readonly count: number; readonly bytes: number }
  /** The oldest and the newest `seq` in the feed, 0 for none; `undefined` if the feed can't be read. */
  readonly feed: { readonly first: Seq; readonly last: Seq } | undefined
  /** Sealed data, by the id of its key. */
  readonly sealed: Readonly<Record<string, SealedCount>>
  /** Data that can't be read as it was written, see `View.verify`. */
  readonly corruptions: readonly Corruption[]
}

const kinds: OptionKinds<InspectOptions> = {
  store: 'any',
  space: 'string',
  encryption: 'any',
  onProgress: 'function',
  signal: 'object',
}

/**
 * Counts and verifies everything in a space, for operators who run the store but
 * have no rights in the space.
 *
 * It writes nothing, not even to the audit, so it works on backups and corrupt
 * stores. Agents may use the space meanwhile.
 *
 * @throws OptionError, StoreError; the signal's reason.
 */
export async function inspectSpace(options: InspectOptions): Promise<Inspection> {
  const { store: driver, space = 'default', encryption, signal } = requireOptions('inspectSpace', options, kinds)
  if (typeof driver?.open !== 'function')
    throw new OptionError('store', 'a store driver, such as sqliteStore(path)', driver)
  const ring = new KeyRing(resolveEncryption(encryption), space)
  signal?.throwIfAborted()
  await using store = await driver.open(space, 'reader')
  const census = new Census(options)
  const corruptions: Corruption[] = []
  for await (const corruption of verifySealed(store, ring, census)) {
    corruptions.push(corruption)
    signal?.throwIfAborted()
  }
  return {
    records: census.records,
    objects: census.objects,
    sealed: census.sealed,
    feed: await feedOf(store),
    corruptions,
  }
}

/** Records and objects between two progress reports. */
const progressInterval = 1_000

/** Counts the records and objects that it receives. */
class Census implements Inspector {
  readonly records: Partial<Record<Collection, number>> = {}
  readonly objects = { count: 0, bytes: 0 }
  readonly sealed: Record<string, { records: number; objects: number }> = {}
  readonly #options: InspectOptions
  #inspected = 0

  constructor(options: InspectOptions) {
    this.#options = options
  }

  record({ collection, value }: StoredRecord): undefined {
    this.records[collection] = (this.records[collection] ?? 0) + 1
    if (isSealed(value)) this.#countSealed(sealingKey(value), 'records')
    this.#reportProgress()
  }

  object(name: string, bytes: Uint8Array): undefined {
    this.objects.count += 1
    this.objects.bytes += bytes.length
    if (name !== hashOf(name) && !isPlace(name)) this.#countSealed(name.slice(hashOf(name).length + 1), 'objects')
    this.#reportProgress()
  }

  #countSealed(key: string, what: keyof SealedCount): void {
    this.sealed[key] ??= { records: 0, objects: 0 }
    this.sealed[key][what] += 1
  }

  #reportProgress(): void {
    const { signal, onProgress } = this.#options
    signal?.throwIfAborted()
    this.#inspected += 1
    if (this.#inspected % progressInterval === 0) onProgress?.(this.#inspected)
  }
}

async function feedOf(store: Store): Promise<Inspection['feed']> {
  try {
    const { changes, last } = await store.changes(0, 1)
    return { first: changes[0]?.seq ?? 0, last }
  } catch (error) {
    if (error instanceof CorruptRecordError) return undefined
    throw error
  }
}

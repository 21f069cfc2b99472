import type { Corruption } from '../store/corruption.ts'
import { CorruptRecordError } from '../values/errors.ts'
import { KeyRing, resolveEncryption } from './key-ring.ts'
import type { EncryptionOptions } from './key-ring.ts'
import { hashOf } from '../store/object-id.ts'
import { verifySealed } from './verify-sealed.ts'
import { isSealed, sealingKey } from '../values/sealed-text.ts'
import type { Inspector, Store } from '../store/store.ts'
import type { Collection } from '../store/collections.ts'
import type { Seq, StoredRecord } from '../store/record.ts'
import type { StoreDriver } from '../store/store-driver.ts'

/** Options of {@link inspectSpace}. */
export interface InspectOptions {
  readonly store: StoreDriver
  /** @defaultValue 'default' */
  readonly space?: string
  /** Opens what is sealed, to see whether it does. What is sealed with other keys is told of as damaged. */
  readonly encryption?: EncryptionOptions
  /** Told now and then how many records and objects were looked at. */
  readonly onProgress?: (looked: number) => void
  readonly signal?: AbortSignal
}

/** What is sealed with one key. */
export interface SealedCount {
  readonly records: number
  readonly objects: number
}

/** What stands in a space. */
export interface Inspection {
  /** How many records each collection has, of those that can be read and have not expired. */
  readonly records: Readonly<Partial<Record<Collection, number>>>
  /** Different contents that can be read, and their bytes as they are stored. */
  readonly objects: { readonly count: number; readonly bytes: number }
  /** The first position that the feed still has and its newest, 0 for none; `undefined` when it can't be read. */
  readonly feed: { readonly first: Seq; readonly last: Seq } | undefined
  /** By the ids of the keys. */
  readonly sealed: Readonly<Record<string, SealedCount>>
  /** What can't be read as it was written, see `View.verify`. */
  readonly corruptions: readonly Corruption[]
}

/**
 * Looks through a space from outside: for who looks after the place where it
 * is kept, and may hold no right in it. Nothing is written, not even to the
 * audit, so it can be done to a backup and to what is damaged; agents may be at
 * work meanwhile.
 *
 * @throws OptionError, StoreError; the signal's reason.
 */
export async function inspectSpace(options: InspectOptions): Promise<Inspection> {
  const { store: driver, space = 'default', encryption, signal } = options
  const ring = new KeyRing(resolveEncryption(encryption), space)
  signal?.throwIfAborted()
  await using store = await driver.open(space, 'reader')
  const census = new Census(options)
  const damages: Corruption[] = []
  for await (const damage of verifySealed(store, ring, census)) {
    damages.push(damage)
    signal?.throwIfAborted()
  }
  return {
    records: census.records,
    objects: census.objects,
    sealed: census.sealed,
    feed: await feedOf(store),
    corruptions: damages,
  }
}

/** How often somebody is told of the progress. */
const tellEach = 1_000

/** Counts what it is shown. */
class Census implements Inspector {
  readonly records: Partial<Record<Collection, number>> = {}
  readonly objects = { count: 0, bytes: 0 }
  readonly sealed: Record<string, { records: number; objects: number }> = {}
  readonly #options: InspectOptions
  #looked = 0

  constructor(options: InspectOptions) {
    this.#options = options
  }

  record({ collection, value }: StoredRecord): undefined {
    this.records[collection] = (this.records[collection] ?? 0) + 1
    if (isSealed(value)) this.#countSealed(sealingKey(value), 'records')
    this.#tell()
  }

  object(name: string, bytes: Uint8Array): undefined {
    this.objects.count += 1
    this.objects.bytes += bytes.length
    if (name !== hashOf(name)) this.#countSealed(name.slice(hashOf(name).length + 1), 'objects')
    this.#tell()
  }

  #countSealed(key: string, what: keyof SealedCount): void {
    this.sealed[key] ??= { records: 0, objects: 0 }
    this.sealed[key][what] += 1
  }

  #tell(): void {
    const { signal, onProgress } = this.#options
    signal?.throwIfAborted()
    this.#looked += 1
    if (this.#looked % tellEach === 0) onProgress?.(this.#looked)
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

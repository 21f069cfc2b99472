import { hash as digest, randomUUID } from 'node:crypto'

import type { Corruption } from '../store/corruption.ts'
import { rawText } from '../store/corruption.ts'
import type { CheckMutation, Commit, Mutation } from '../store/mutation.ts'
import { isPlace, ownName, placeEnding } from '../store/object-place.ts'
import type { Inspector, ObjectStore, Store } from '../store/store.ts'
import { CorruptRecordError, StoreError } from '../values/errors.ts'
import type { Bucket } from './bucket.ts'

/** Nobody needs longer between the bytes and the place that names them. */
const graceMs = 60 * 60_000
/** Between two looks for bytes that no place names. */
const collectEveryMs = 10 * 60_000

/** Where bytes are, as the store has it. */
interface Place {
  readonly key: string
  readonly bytes: number
  readonly sha256: string
}

/** Where the objects of one space go. */
interface Placing {
  readonly space: string
  readonly over: number
}

/**
 * The objects of one space, the large ones in a bucket.
 *
 * Each put has a key of its own, so whoever deletes what a place named deletes nothing that another process has put
 * there meanwhile. Bytes are put before their place, and deleted after it: a crash leaves bytes that no place names, and
 * {@link BucketObjects.collect} removes them.
 */
export class BucketObjects {
  readonly #store: Store
  readonly #bucket: Bucket
  readonly #placing: Placing
  #prefix: Promise<string> | undefined
  #collected = Date.now()

  constructor(store: Store, bucket: Bucket, placing: Placing) {
    this.#store = store
    this.#bucket = bucket
    this.#placing = placing
  }

  async put(name: string, bytes: Uint8Array, check?: CheckMutation): Promise<boolean> {
    const { objects } = this.#store
    if (bytes.length <= this.#placing.over) return objects.put(name, bytes, check)
    const known = await objects.get(name + placeEnding)
    if (known) return objects.put(name + placeEnding, known, check)
    const key = `${await this.#ownPrefix()}${randomUUID()}`
    await this.#asking('put', () => this.#bucket.put(key, bytes))
    const place: Place = { key, bytes: bytes.length, sha256: digest('sha256', bytes, 'hex') }
    const isPut = await objects.put(name + placeEnding, Buffer.from(JSON.stringify(place)), check)
    // Another process may have been faster, or the check does not hold.
    if ((await this.#placeOf(name))?.key !== key) await this.#asking('delete', () => this.#bucket.delete(key))
    return isPut
  }

  async get(...[name, range]: Parameters<ObjectStore['get']>): Promise<Uint8Array | undefined> {
    const within = await this.#store.objects.get(name, range)
    if (within) return within
    const place = await this.#placeOf(name)
    if (!place) return undefined
    const bytes = await this.#asking('get', () => this.#bucket.get(place.key, range))
    // Whoever deletes them deletes the place first.
    if (!bytes && (await this.#placeOf(name))?.key !== place.key) return this.get(name, range)
    if (!bytes) throw new CorruptRecordError('objects.get', `The bytes ${name} are not in the bucket: ${place.key}.`)
    if (!range && problemOf(place, bytes) !== undefined)
      throw new CorruptRecordError('objects.get', `The bytes ${name} in the bucket are not those that were put there.`)
    return bytes
  }

  async has(name: string): Promise<boolean> {
    const { objects } = this.#store
    return (await objects.has(name)) || objects.has(name + placeEnding)
  }

  async delete(name: string): Promise<void> {
    const place = await this.#placeOf(name)
    await this.#store.objects.delete(name)
    await this.#store.objects.delete(name + placeEnding)
    if (place) await this.#asking('delete', () => this.#bucket.delete(place.key))
  }

  async names(): Promise<readonly string[]> {
    const names = (await this.#store.objects.names()).filter((name) => name !== ownName)
    return [...new Set(names.map((name) => withoutEnding(name)))]
  }

  /** Writes a batch whose objects' bytes may lie in the bucket. */
  async write(batch: readonly Mutation[]): Promise<Commit> {
    const dropped = batch.flatMap((mutation) => (mutation.type === 'delete' ? (mutation.drops ?? []) : []))
    const places: [name: string, place: Place][] = []
    for (const name of dropped) {
      const place = await this.#placeOf(name)
      if (place) places.push([name, place])
    }
    const commit = await this.#store.write(batch.map(withPlaces))
    for (const [name, { key }] of commit.ok ? places : []) {
      // Another object may have the same content.
      if ((await this.#placeOf(name))?.key !== key) await this.#asking('delete', () => this.#bucket.delete(key))
    }
    return commit
  }

  async collectSometimes(): Promise<void> {
    if (Date.now() < this.#collected + collectEveryMs) return
    await this.collect()
  }

  /** Removes bytes that no place names, and that have been there so long that none will. */
  async collect(): Promise<void> {
    this.#collected = Date.now()
    const lost: string[] = []
    await this.#asking('list', async () => {
      for await (const { key, at } of this.#bucket.list(await this.#ownPrefix()))
        if (at < Date.now() - graceMs) lost.push(key)
    })
    if (lost.length === 0) return
    const named = new Set<string>()
    for (const name of await this.#placedNames()) named.add((await this.#placeOf(name))?.key ?? '')
    for (const key of lost) if (!named.has(key)) await this.#asking('delete', () => this.#bucket.delete(key))
  }

  /** Verifies the store, and then the bytes in the bucket. */
  async *verify(inspector?: Inspector): AsyncGenerator<Corruption> {
    const object: Inspector['object'] = (name, bytes) => (isPlace(name) ? undefined : inspector?.object(name, bytes))
    const past = inspector?.past?.bind(inspector)
    yield* this.#store.verify(
      inspector && { record: (record) => inspector.record(record), object, ...(past && { past }) },
    )
    for (const name of await this.#placedNames()) {
      const place = await this.#placeOf(name)
      if (!place) continue
      const bytes = await this.#asking('get', () => this.#bucket.get(place.key))
      const problem = bytes ? problemOf(place, bytes) : `The bucket has nothing at ${place.key}.`
      const found = problem === undefined && bytes ? inspector?.object(name, bytes) : undefined
      if (found) yield found
      if (problem !== undefined) yield { kind: 'object', id: name, problem, raw: bytes ? rawText(bytes) : '' }
    }
  }

  async #placedNames(): Promise<string[]> {
    const names = await this.#store.objects.names()
    return names.filter((name) => name.endsWith(placeEnding)).map((name) => withoutEnding(name))
  }

  async #placeOf(name: string): Promise<Place | undefined> {
    const bytes = await this.#store.objects.get(name + placeEnding)
    return bytes && (JSON.parse(Buffer.from(bytes).toString('utf8')) as Place)
  }

  /** Memories with the same bucket, and spaces of the same name in them, keep apart. */
  #ownPrefix(): Promise<string> {
    this.#prefix ??= this.#readPrefix().catch((error: unknown) => {
      this.#prefix = undefined
      throw error
    })
    return this.#prefix
  }

  async #readPrefix(): Promise<string> {
    const { objects } = this.#store
    // Of several that put one, the first wins.
    if (!(await objects.has(ownName))) await objects.put(ownName, Buffer.from(randomUUID()))
    const own = Buffer.from((await objects.get(ownName)) ?? '').toString('utf8')
    return `${encodeURIComponent(this.#placing.space).replaceAll('*', '%2A')}/${own}/`
  }

  /** @throws StoreError when the bucket fails. */
  async #asking<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (cause) {
      if (cause instanceof StoreError) throw cause
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new StoreError(`bucket.${what}`, `The bucket of large objects failed: ${reason}`, { cause })
    }
  }
}

/** A mutation that also counts and drops what lies in the bucket. */
function withPlaces(mutation: Mutation): Mutation {
  const places = (names: readonly string[]): readonly string[] => [...names, ...names.map((name) => name + placeEnding)]
  if (mutation.type === 'set' && mutation.needs) return { ...mutation, needs: places(mutation.needs) }
  if (mutation.type === 'delete' && mutation.drops) return { ...mutation, drops: places(mutation.drops) }
  return mutation
}

function withoutEnding(name: string): string {
  return name.endsWith(placeEnding) ? name.slice(0, -placeEnding.length) : name
}

function problemOf({ bytes: length, sha256 }: Place, bytes: Uint8Array): string | undefined {
  if (bytes.length === length && digest('sha256', bytes, 'hex') === sha256) return undefined
  return `The bucket has other bytes than were put there: ${bytes.length} of ${length}, or changed.`
}

import { HeldError } from '../values/held-error.ts'
import { distinct, publicLabel } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { decodeJson, encodeJson } from '../values/json.ts'
import { hasTrait } from '../store/collections.ts'
import { correctedKey } from '../store/correction-key.ts'
import { hashOf } from '../store/object-id.ts'
import { keyOfSource } from '../store/source-name.ts'
import type { ObjectVault } from '../sealing/object-vault.ts'
import { assertReadable } from '../values/sealed-text.ts'
import { indexTerms } from '../search/search-terms.ts'
import { searchableText } from '../search/searchable-text.ts'
import type { Store } from '../store/store.ts'
import type { Mutation, SetMutation } from '../store/mutation.ts'
import type { RecordKey, RecordMeta, StoredRecord } from '../store/record.ts'
import type { Content, SentRecord } from './content.ts'
import { erasedSources } from './erased.ts'
import type { Erased } from './erased.ts'
import { arrivalOf, decidingRecord, digestOf, takeCorrection } from './correction-exchange.ts'
import { metaOf } from './fact-exchange.ts'
import type { DecideShare } from './share-rule.ts'

/** Kept beside a record that was exchanged, and after the record itself is gone. */
export interface Marker {
  /** The node that it came from, or this one. */
  readonly from: string
  /** True for an alert that has been acknowledged. */
  readonly isGone?: boolean | undefined
  /** The sources of an object that every node has received. */
  readonly derivedFrom?: readonly string[] | undefined
  /** Of the correction that was exchanged. */
  readonly digest?: string | undefined
  /** The erasure by which it went. An object may be stored again later. */
  readonly erased?: Erased | undefined
}

/** The key of the record that keeps another record's marker. */
export function markerKey({ collection, id }: RecordKey): RecordKey {
  return { collection: 'federation', id: `${collection}/${id}` }
}

/** Exchanges write-once records and objects. */
export class RecordExchange {
  readonly #store: Store
  readonly #vault: ObjectVault
  readonly #node: string
  readonly #decide: DecideShare
  readonly #maxObjectBytes: number
  readonly #onTooLarge: (id: string, size: number) => void

  constructor(
    store: Store,
    vault: ObjectVault,
    node: string,
    options: {
      readonly decide: DecideShare
      readonly maxObjectBytes: number
      readonly onTooLarge: (id: string, size: number) => void
    },
  ) {
    this.#store = store
    this.#vault = vault
    this.#node = node
    this.#decide = options.decide
    this.#maxObjectBytes = options.maxObjectBytes
    this.#onTooLarge = options.onTooLarge
  }

  /** Reads records together with their markers. */
  async read(
    keys: readonly RecordKey[],
  ): Promise<readonly (readonly [StoredRecord | undefined, Marker | undefined])[]> {
    const found = await this.#store.read([...keys, ...keys.map((key) => markerKey(key))])
    return keys.map((_, index) => {
      const marker = found[keys.length + index]
      return [found[index], marker && (decodeJson(marker.value) as Marker)]
    })
  }

  /**
   * The message that shares a record; `undefined` when the others have it or must not get it.
   *
   * @param again - Also send records that came from other nodes, for a node that missed them.
   */
  async contentOf(record: StoredRecord, marker: Marker | undefined, again: boolean): Promise<Content | undefined> {
    const { collection, id, value, expiresAt } = record
    const isKnown = marker !== undefined && !isStoredAgain(marker) && isPart(record, marker)
    const isImported = isKnown && marker.from !== this.#node
    if (isImported ? !again : !(await this.#isShared(record, isKnown))) return undefined
    assertReadable(value)
    const sent = { value, meta: metaOf(record), expiresAt, revives: marker?.erased?.by }
    if (collection !== 'objects') return { kind: 'record', key: { collection, id }, ...sent }
    const { size } = decodeJson(value) as { readonly size: number }
    if (size > this.#maxObjectBytes) {
      this.#onTooLarge(id, size)
      return undefined
    }
    const bytes = await this.#vault.get(hashOf(id))
    return bytes && { kind: 'object', id, bytes, ...sent }
  }

  async #isShared(record: StoredRecord, isKnown: boolean): Promise<boolean> {
    const deciding = await decidingRecord(this.#store, record)
    if (!deciding) return false
    if (deciding.collection === record.collection) return this.#decide(deciding, isKnown)
    // What came from another node is known to all.
    const [[, marker] = []] = await this.read([deciding])
    return marker !== undefined || this.#decide(deciding)
  }

  /**
   * Stores a record that another node wrote.
   *
   * @returns whether it was new on this node.
   * @throws SchemaError
   */
  async takeRecord(key: RecordKey, sent: SentRecord, from: string): Promise<boolean> {
    const ttlMs = this.#remainingMs(sent)
    if (ttlMs === 0) return false
    if (key.collection === 'corrections') return this.#takeCorrection(key, { ...sent, ttlMs }, from)
    const terms = hasTrait(key.collection, 'searchable')
      ? indexTerms(searchableText(decodeJson(sent.value)))
      : undefined
    for (;;) {
      const [[known, marker] = []] = await this.read([key])
      if (known || marker || (await this.#isDerivedFromErased(sent.meta))) return false
      const { meta, check } = await arrivalOf(this.#store, key, metaOf(sent.meta))
      const isWritten = await this.#write([
        { type: 'set', key, value: sent.value, meta, terms, ttlMs, ifVersion: 0 },
        markerMutation(key, { from }, meta, 0, ttlMs),
        ...(check ? [check] : []),
      ])
      if (isWritten) return true
    }
  }

  /** Whether a late copy was made from something that was erased with all that was made from it. Its ids are not used again. */
  async #isDerivedFromErased({ derivedFrom }: Pick<RecordMeta, 'derivedFrom'>): Promise<boolean> {
    const sources = derivedFrom.map((name) => keyOfSource(name)).filter((key) => key !== undefined)
    const identified = sources.filter(({ collection }) => hasTrait(collection, 'identified'))
    if (identified.length === 0) return false
    return (await this.read(identified)).some(([, marker]) => marker?.erased?.reaches === true)
  }

  async #takeCorrection(
    key: RecordKey,
    sent: SentRecord & { readonly ttlMs: number | undefined },
    from: string,
  ): Promise<boolean> {
    const about = [key, correctedKey(key)].filter((one) => one !== undefined)
    // What was erased takes along what was said about it. Somebody may have stored it again.
    const found = await this.read(about)
    if (found.some(([record, marked]) => marked?.erased && !record)) return false
    const digest = digestOf(sent.value)
    const marker = async (): Promise<Mutation> => {
      const [marked] = await this.#store.read([markerKey(key)])
      return markerMutation(key, { from, digest }, sent.meta, marked?.version ?? 0, sent.ttlMs)
    }
    const meta = metaOf(sent.meta)
    return takeCorrection({ store: this.#store, decide: this.#decide, marker }, key, { ...sent, meta })
  }

  /** Stores an object: its bytes, and sources that this node did not know. It lasts for the longer of both times. */
  async takeObject(id: string, bytes: Uint8Array, sent: SentRecord, from: string): Promise<boolean> {
    const key = { collection: 'objects', id } as const
    for (;;) {
      const [known, marked] = await this.#store.read([key, markerKey(key)])
      const derivedFrom = [...new Set([...(known?.derivedFrom ?? []), ...sent.meta.derivedFrom])]
        .filter((source) => source !== id)
        .toSorted()
      const before = marked && (decodeJson(marked.value) as Marker)
      if (before?.erased && before.erased.by !== sent.revives) return false
      const sentMs = this.#remainingMs(sent)
      const isLonger = (sent.expiresAt ?? Infinity) > (known?.expiresAt ?? Infinity)
      if (sentMs === 0 || (known && !isLonger && derivedFrom.length === known.derivedFrom.length)) return false
      const ttlMs = known && !isLonger ? this.#remainingMs(known) : sentMs
      // Bytes first: a record must never exist without them.
      if (!known) await this.#vault.put(hashOf(id), bytes, sent.meta.sensitivity)
      const all = distinct([...(before?.derivedFrom ?? []), ...sent.meta.derivedFrom]).toSorted()
      const marker = { from, derivedFrom: all, erased: before?.erased }
      const arrival = await arrivalOf(this.#store, key, metaOf(known ?? sent.meta))
      const meta = { ...arrival.meta, derivedFrom }
      const isWritten = await this.#write([
        { type: 'set', key, value: known?.value ?? sent.value, meta, ttlMs, ifVersion: known?.version ?? 0 },
        markerMutation(key, marker, meta, marked?.version ?? 0),
        ...(arrival.check ? [arrival.check] : []),
      ])
      if (isWritten) return true
    }
  }

  /** Removes an alert that was acknowledged on another node, and leaves a tombstone. */
  async takeTombstone(id: string, from: string): Promise<boolean> {
    const key = { collection: 'alerts', id } as const
    const [alert, marked] = await this.#store.read([key, markerKey(key)])
    const before = marked && (decodeJson(marked.value) as Marker)
    if (before?.isGone || before?.erased) return false
    const marker = markerMutation(key, { from, isGone: true }, alert ?? marked ?? publicLabel, marked?.version ?? 0)
    const author = alert?.author ?? from
    try {
      return await this.#write([{ type: 'delete', key, author }, marker])
    } catch (error) {
      // What is held here stays here.
      if (error instanceof HeldError) return false
      throw error
    }
  }

  /** Records that a record was published, or an alert acknowledged, so that its end can be published. */
  async mark(key: RecordKey, marker: Omit<Marker, 'from'>, label: Label, ttlMs?: number): Promise<void> {
    const [marked] = await this.#store.read([markerKey(key)])
    const before = marked && (decodeJson(marked.value) as Marker)
    if (before && before.isGone === marker.isGone) return
    await this.#write([
      markerMutation(key, { from: this.#node, ...before, ...marker }, label, marked?.version ?? 0, ttlMs),
    ])
  }

  /** The remaining time to live in milliseconds; 0 when expired. */
  #remainingMs({ expiresAt }: Pick<SentRecord, 'expiresAt'>): number | undefined {
    return expiresAt === undefined ? undefined : Math.max(0, expiresAt - this.#store.now())
  }

  async #write(batch: readonly Mutation[]): Promise<boolean> {
    return (await this.#store.write(batch)).ok
  }
}

/** The write of a record's marker. */
export function markerMutation(
  key: RecordKey,
  marker: Marker,
  { sensitivity, compartments }: Label,
  ifVersion: number,
  ttlMs?: number,
): SetMutation {
  const meta = { author: 'skein', tags: [], derivedFrom: erasedSources(marker.erased), sensitivity, compartments }
  return { type: 'set', key: markerKey(key), value: encodeJson(marker), meta, ifVersion, ttlMs }
}

/** Whether it was erased, and somebody here has stored the same again: news to the other nodes. */
function isStoredAgain({ erased, derivedFrom }: Marker): boolean {
  return erased !== undefined && derivedFrom === undefined
}

/** Whether all nodes know all of a record. */
function isPart({ derivedFrom, value }: StoredRecord, { derivedFrom: known, digest }: Marker): boolean {
  if (digest !== undefined) return digest === digestOf(value)
  return known === undefined || derivedFrom.every((source) => known.includes(source))
}

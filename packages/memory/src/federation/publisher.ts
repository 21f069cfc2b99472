import { recordPages } from '../store/record-pages.ts'
import { distinct, publicLabel } from '../values/access.ts'
import type { Level } from '../values/access.ts'
import { CorruptRecordError, MissingKeyError } from '../values/errors.ts'
import { decodeJson } from '../values/json.ts'
import type { KeyRing } from '../sealing/key-ring.ts'
import type { Store } from '../store/store.ts'
import type { Change } from '../store/change.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import type { BusSealing } from './bus-sealing.ts'
import type { BusLink } from './bus.ts'
import type { Content } from './content.ts'
import type { ErasureExchange } from './erasure-exchange.ts'
import type { FactExchange } from './fact-exchange.ts'
import type { FederationStats } from './federation-report.ts'
import { holdsRecord, levelOf, packMessage } from './message.ts'
import type { Address } from './message.ts'
import type { Checkpoint } from './checkpoint.ts'
import type { Marker, RecordExchange } from './record-exchange.ts'
import { collectionsWith, hasTrait } from '../store/collections.ts'

/** The parts that publisher and subscriber share. */
export interface ExchangeParts {
  readonly store: Store
  readonly ring: KeyRing
  readonly facts: FactExchange
  readonly records: RecordExchange
  readonly erasures: ErasureExchange
  readonly checkpoint: Checkpoint
  readonly sealing: BusSealing
  readonly stats: FederationStats
  readonly address: Address
  readonly signal: AbortSignal
}

const changesAtOnce = 500
const recordsAtOnce = 100
/** A batch is published once it exceeds this length, in UTF-16 units. */
const textAtOnce = 1024 * 1024
/** The checkpoint is saved after this many changes even if none of them is published. */
const maxUnsaved = 2_000

/** Publishes this node's writes to the other nodes. */
export class Publisher {
  readonly #parts: ExchangeParts
  /** Changes of the feed that the last run left unprocessed. */
  waiting = 0

  constructor(parts: ExchangeParts) {
    this.#parts = parts
  }

  /**
   * Publishes the feed from the checkpoint to its end.
   *
   * @throws StoreError when store or bus fail; MissingKeyError
   */
  async run(link: BusLink): Promise<void> {
    const { store, checkpoint, signal } = this.#parts
    for (;;) {
      signal.throwIfAborted()
      const page = await store.changes(checkpoint.feed, changesAtOnce)
      this.waiting = Math.max(0, page.last - checkpoint.feed)
      if (page.trimmed || page.last < checkpoint.feed) {
        await this.everything(link)
        checkpoint.feed = page.last
        await checkpoint.save()
        continue
      }
      // A fact that goes with other records is told of with them, once they are gone.
      if (page.changes.some(isFactDeletion) && (await this.#parts.erasures.isRunning())) return
      const sent = await this.#publish(link, await this.#contentsOf(page.changes))
      checkpoint.feed = page.changes.at(-1)?.seq ?? checkpoint.feed
      this.waiting = page.last - checkpoint.feed
      // Not after every page: saving the checkpoint is itself a change of the feed.
      if (sent > 0 || checkpoint.unsaved > maxUnsaved) await checkpoint.save()
      if (page.changes.length < changesAtOnce) return
    }
  }

  /**
   * Tells the other nodes from which level this one seals, if it does, and publishes everything again: messages from
   * before are in plain text, or were withheld, or refused.
   */
  async announce(link: BusLink): Promise<void> {
    const { sealing, checkpoint } = this.#parts
    if (!checkpoint.marks) await this.#markPublished(link)
    const { from, hasKey } = sealing
    if (!hasKey || checkpoint.announced === from) return
    // It answers nothing, so nodes of earlier versions ignore it.
    await this.publishOne(link, { kind: 'answered', id: 'sealing' })
    await this.everything(link)
    checkpoint.announced = from
    await checkpoint.save()
  }

  /** What a node of an earlier version has published has no marker: it gets one when it is published again. */
  async #markPublished(link: BusLink): Promise<void> {
    const { checkpoint } = this.#parts
    await this.everything(link)
    checkpoint.marks = true
    await checkpoint.save()
  }

  /**
   * Publishes a snapshot: all that is shared, whichever node wrote it.
   *
   * @param to - The only recipient; all nodes when left out.
   */
  async everything(link: BusLink, to?: string): Promise<void> {
    const { store, erasures, signal } = this.#parts
    // First of all, so that nobody takes what is gone.
    for await (const page of recordPages(store, { collection: 'erasures', limit: recordsAtOnce }, signal)) {
      for (const { id } of page) await this.#publish(link, await erasures.contentsOf(id, true), to)
    }
    for (const collection of collectionsWith('shared')) {
      for await (const page of recordPages(
        this.#parts.store,
        { collection: collection, limit: recordsAtOnce },
        this.#parts.signal,
      )) {
        const contents = await Promise.all(page.map((record) => this.#guarded(record, () => this.#snapshotOf(record))))
        await this.#publish(link, contents, to)
      }
    }
    // By now every shared fact has a replica; deleted facts have kept theirs.
    for await (const page of recordPages(
      this.#parts.store,
      { collection: 'federation', limit: recordsAtOnce },
      this.#parts.signal,
    )) {
      const contents = await Promise.all(page.map((record) => this.#guarded(record, () => this.#replicaOf(record))))
      await this.#publish(link, contents, to)
    }
  }

  /** Publishes a message that belongs to no record. */
  async publishOne(link: BusLink, content: Content): Promise<void> {
    const { ring, address, sealing } = this.#parts
    const sealed = sealing.hasKey && sealing.mustSeal(levelOf(content))
    await link.publish([packMessage(ring, address, content, { sealed, seals: seals(sealing) })])
  }

  async #snapshotOf(record: StoredRecord): Promise<Content | undefined> {
    const { facts, records } = this.#parts
    if (record.collection === 'facts') {
      await facts.captureLocalWrite(record.id)
      return undefined
    }
    const [[current, marker] = []] = await records.read([record])
    return current && this.#marked(current, marker, await records.contentOf(current, marker, true))
  }

  async #replicaOf({ id, value }: StoredRecord): Promise<Content | undefined> {
    const at = id.indexOf('/')
    const [collection, name] = [id.slice(0, at), id.slice(at + 1)]
    if (collection === 'facts') return this.#factOf(name, 'unknown', 0)
    const { isGone } = decodeJson(value) as Marker
    return isGone ? { kind: 'gone', id: name } : undefined
  }

  async #contentsOf(changes: readonly Change[]): Promise<readonly (Content | undefined)[]> {
    const byKey = new Map<string, Change[]>()
    for (const change of changes) {
      if (!hasTrait(change.collection, 'shared')) continue
      const name = `${change.collection}/${change.id}`
      byKey.set(name, [...(byKey.get(name) ?? []), change])
    }
    const erased = changes.filter(({ collection }) => collection === 'erasures').map(({ id }) => id)
    const told = await Promise.all(distinct(erased).map((id) => this.#parts.erasures.contentsOf(id, false)))
    const news = await Promise.all(
      [...byKey.values()].map((own) => this.#guarded(own[0] as Change, () => this.#newsOf(own as [Change]))),
    )
    return [...told.flat(), ...news]
  }

  /** The message to publish after changes of one record. */
  async #newsOf(changes: readonly [Change, ...Change[]]): Promise<Content | undefined> {
    const { records } = this.#parts
    const [{ collection, id, seq }] = changes
    const newest = changes.at(-1) as Change
    if (collection === 'facts') return this.#factOf(id, newest.op === 'delete' ? newest : undefined, seq)
    const key: RecordKey = { collection, id }
    const [[record, marker] = []] = await records.read([key])
    if (!record) {
      const isUnannounced =
        collection === 'alerts' && newest.op === 'delete' && marker && !marker.isGone && !marker.erased
      return isUnannounced ? { kind: 'gone', id } : undefined
    }
    return this.#marked(record, marker, await records.contentOf(record, marker, false))
  }

  /** Marks what this node publishes, so that its end is published as well. */
  async #marked(
    record: StoredRecord,
    marker: Marker | undefined,
    content: Content | undefined,
  ): Promise<Content | undefined> {
    if (content && !marker) await this.#parts.records.mark(record, {}, record)
    return content
  }

  /** The state of a fact, if this node wrote it at or after a position of its feed. */
  async #factOf(key: string, deletion: Change | 'unknown' | undefined, since: number): Promise<Content | undefined> {
    const held = await this.#parts.facts.captureLocalWrite(key, deletion)
    if (!held || held.state.context.length === 0 || (since > 0 && held.local < since)) return undefined
    return { kind: 'fact', key, state: held.state }
  }

  /** Skips a local record that is corrupt, or sealed where this node has no key: it must not block the others. */
  async #guarded(key: RecordKey, work: () => Promise<Content | undefined>): Promise<Content | undefined> {
    try {
      return await work()
    } catch (error) {
      if (error instanceof MissingKeyError && !this.#parts.sealing.hasKey) this.#withhold()
      else if (error instanceof CorruptRecordError) this.#parts.stats.refuse(`${key.collection}/${key.id}`, error)
      else throw error
      return undefined
    }
  }

  /** Once this node has a key, it publishes everything again. */
  #withhold(): void {
    const { stats, checkpoint, address } = this.#parts
    stats.withhold(address.from)
    checkpoint.announced = undefined
  }

  /** Resolves to the number of messages published. */
  async #publish(link: BusLink, contents: readonly (Content | undefined)[], to?: string): Promise<number> {
    const { ring, address, stats, records, sealing, signal } = this.#parts
    const messages = contents.filter((content) => content !== undefined)
    let batch: Content[] = []
    let texts: string[] = []
    let length = 0
    const flush = async (): Promise<void> => {
      signal.throwIfAborted()
      stats.sent += await this.#publishBatch(link, batch, texts)
      batch = []
      texts = []
      length = 0
    }
    for (const content of messages) {
      const sealed = sealing.hasKey && sealing.mustSeal(levelOf(content))
      const text = packMessage(ring, { ...address, to }, content, { sealed, seals: seals(sealing) })
      batch.push(content)
      texts.push(text)
      length += text.length
      if (length > textAtOnce) await flush()
    }
    await flush()
    for (const content of messages) {
      if (content.kind !== 'gone') continue
      await records.mark({ collection: 'alerts', id: content.id }, { isGone: true }, publicLabel)
    }
    return messages.length
  }

  /**
   * Publishes messages, without those that must be sealed and can't be. Whether others seal is on the bus: a node without
   * a key looks there first, and publishes only if nothing came in between.
   *
   * @returns the number of messages published.
   */
  async #publishBatch(link: BusLink, batch: readonly Content[], texts: readonly string[]): Promise<number> {
    const { sealing } = this.#parts
    if (batch.length === 0) return 0
    const isDelicate = batch.some((content) => holdsRecord(content) && levelOf(content) !== 'public')
    for (;;) {
      const after = !sealing.hasKey && (isDelicate || !sealing.hasLooked) ? await sealing.lookAhead(link) : undefined
      const isAllowed = batch.map(
        (content) => sealing.hasKey || !holdsRecord(content) || !sealing.mustSeal(levelOf(content)),
      )
      const allowed = texts.filter((_, index) => isAllowed[index])
      if (allowed.length > 0 && !(await link.publish(allowed, after))) continue
      for (let left = batch.length - allowed.length; left > 0; left -= 1) this.#withhold()
      return allowed.length
    }
  }
}

function isFactDeletion({ collection, op }: Change): boolean {
  return collection === 'facts' && op === 'delete'
}

function seals({ hasKey, from }: BusSealing): Level | undefined {
  return hasKey ? from : undefined
}

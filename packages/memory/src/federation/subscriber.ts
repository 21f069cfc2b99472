import { randomUUID } from 'node:crypto'

import { CorruptRecordError, SchemaError } from '../values/errors.ts'
import type { BusLink, BusPage } from './bus.ts'
import type { Content } from './content.ts'
import type { ExchangeParts, Publisher } from './publisher.ts'
import { holdsRecord, levelOf, openMessage, unpackEnvelope } from './message.ts'
import type { Envelope } from './message.ts'

const messagesAtOnce = 100
/** How long an election lasts: a node that reads the request later would answer it again. */
const electionMs = 60_000
/** An unanswered snapshot request is repeated after this time, which then doubles, up to an hour. */
const repeatMs = 60_000
const maxRepeatMs = 60 * 60_000

/** Merges into this node's store what the other nodes published. */
export class Subscriber {
  readonly #parts: ExchangeParts
  readonly #publisher: Publisher
  /** Requests that this node was elected to answer, kept so that it can resume after a failure. */
  readonly #elected = new Set<string>()
  #requestedAt = Number.NEGATIVE_INFINITY
  #repeatAfterMs = repeatMs
  isCaughtUp = false

  constructor(parts: ExchangeParts, publisher: Publisher) {
    this.#parts = parts
    this.#publisher = publisher
  }

  /**
   * Reads the bus from the checkpoint to its end.
   *
   * @throws StoreError when store or bus fail; MissingKeyError when a message
   * is sealed with a key that this node was not given: it resumes there once it has the key.
   */
  async run(link: BusLink): Promise<void> {
    const { checkpoint, signal } = this.#parts
    for (;;) {
      signal.throwIfAborted()
      const page = await link.read(checkpoint.bus, messagesAtOnce)
      this.isCaughtUp = page.messages.length === 0
      await this.#recover(link, page)
      if (page.messages.length === 0) break
      // Local writes first: a merge must not overwrite one that is not captured yet.
      await this.#publisher.run(link)
      try {
        for (const { position, text } of page.messages) {
          signal.throwIfAborted()
          await this.#receive(link, text)
          checkpoint.bus = position
        }
      } finally {
        await checkpoint.save()
      }
    }
    if (checkpoint.snapshotRequest === undefined || performance.now() - this.#requestedAt < this.#repeatAfterMs) return
    await this.#requestSnapshot(link)
    this.#repeatAfterMs = Math.min(2 * this.#repeatAfterMs, maxRepeatMs)
    await checkpoint.save()
  }

  /** Recovers when messages are gone before this node read them. */
  async #recover(link: BusLink, { missed, last }: BusPage): Promise<void> {
    if (missed === 'nothing') return
    const { checkpoint } = this.#parts
    // Messages of this node may be gone before others read them, so it publishes all again; every node does.
    if (missed === 'everything') await this.#publisher.everything(link)
    else await this.#requestSnapshot(link)
    if (missed === 'everything' && last === '') checkpoint.bus = ''
    await checkpoint.save()
  }

  async #requestSnapshot(link: BusLink): Promise<void> {
    const { checkpoint, stats } = this.#parts
    checkpoint.snapshotRequest = randomUUID()
    this.#requestedAt = performance.now()
    stats.snapshots += 1
    await this.#publisher.publishOne(link, { kind: 'ask', id: checkpoint.snapshotRequest })
  }

  async #receive(link: BusLink, text: string): Promise<void> {
    const { address, stats, sealing } = this.#parts
    let envelope: Envelope
    try {
      envelope = unpackEnvelope(text)
    } catch (error) {
      stats.refuse('a message', error)
      return
    }
    const { from, by, to, name } = envelope
    sealing.note(envelope)
    // Messages from an earlier opening of this node count: its store may be a backup from before them.
    if (by === address.by || (to !== undefined && to !== address.from)) return
    const isOwn = from === address.from
    if (!isOwn) stats.received += 1
    try {
      const content = openMessage(this.#parts.ring, envelope)
      if (holdsRecord(content) && sealing.isUnsealed(envelope, levelOf(content))) stats.refusePlain(from)
      else if (content.kind === 'ask') await this.#answer(link, from, content.id)
      else if (content.kind === 'answered') this.#answered(content.id)
      else if (await this.#take(content, from)) stats.merged += 1
    } catch (error) {
      if (!(error instanceof CorruptRecordError || error instanceof SchemaError)) throw error
      stats.refuse(name, error)
    }
  }

  async #take(content: Exclude<Content, { kind: 'ask' | 'answered' }>, from: string): Promise<boolean> {
    const { facts, records, erasures, stats } = this.#parts
    switch (content.kind) {
      case 'fact': {
        const { isNew, isConflict } = await facts.take(content.key, content.state)
        if (isNew && isConflict) stats.conflicts += 1
        return isNew
      }
      case 'record':
        return records.takeRecord(content.key, content, from)
      case 'object':
        return records.takeObject(content.id, content.bytes, content, from)
      case 'gone':
        return records.takeTombstone(content.id, from)
      case 'erasure':
        return erasures.take(content, from)
    }
  }

  /** Answers a snapshot request if elected; this node has read the bus up to the request. */
  async #answer(link: BusLink, requester: string, id: string): Promise<void> {
    if (requester === this.#parts.address.from) return
    // Its answer would lack what it can't seal.
    if (this.#parts.sealing.withholds) return
    if (!this.#elected.has(id) && !(await link.elect(`answer/${id}`, electionMs))) return
    this.#elected.add(id)
    await this.#publisher.everything(link, requester)
    await this.#publisher.publishOne(link, { kind: 'answered', id })
    this.#elected.delete(id)
  }

  #answered(id: string): void {
    const { checkpoint } = this.#parts
    if (checkpoint.snapshotRequest !== id) return
    checkpoint.snapshotRequest = undefined
    this.#repeatAfterMs = repeatMs
  }
}

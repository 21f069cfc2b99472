import { randomUUID } from 'node:crypto'

import { CorruptRecordError, SchemaError } from '../values/errors.ts'
import type { BusLink, BusPage } from './bus.ts'
import type { Content } from './content.ts'
import type { ExchangeParts, Publisher } from './publisher.ts'
import { openMessage, unpackEnvelope } from './message.ts'
import type { Envelope } from './message.ts'

const messagesAtOnce = 100
/** Nodes that come to a request later than this leave it to the one that was chosen. */
const electionMs = 60_000
/** A request for a snapshot is repeated after this if nobody answered it, then after twice as long, up to an hour. */
const askAgainMs = 60_000
const askAgainAtMostMs = 60 * 60_000

/** Puts into this node's store what the others published. */
export class Subscriber {
  readonly #parts: ExchangeParts
  readonly #publisher: Publisher
  /** Requests that this node was chosen to answer, should that fail half-way. */
  readonly #chosen = new Set<string>()
  #askedAt = Number.NEGATIVE_INFINITY
  #patienceMs = askAgainMs
  isCaughtUp = false

  constructor(parts: ExchangeParts, giveOut: Publisher) {
    this.#parts = parts
    this.#publisher = giveOut
  }

  /**
   * Reads the bus from where it got the last time to its end.
   *
   * @throws StoreError when store or bus fail; MissingKeyError when a message
   * is sealed with a key that this node was not given: it goes on there once it has that.
   */
  async run(link: BusLink): Promise<void> {
    const { checkpoint: place, signal } = this.#parts
    for (;;) {
      signal.throwIfAborted()
      const page = await link.read(place.bus, messagesAtOnce)
      this.isCaughtUp = page.messages.length === 0
      await this.#makeUp(link, page)
      if (page.messages.length === 0) break
      // What this node wrote comes first: no write of its own may be merged over unseen.
      await this.#publisher.run(link)
      try {
        for (const { position, text } of page.messages) {
          signal.throwIfAborted()
          await this.#receive(link, text)
          place.bus = position
        }
      } finally {
        await place.save()
      }
    }
    if (place.asked === undefined || performance.now() - this.#askedAt < this.#patienceMs) return
    await this.#ask(link)
    this.#patienceMs = Math.min(2 * this.#patienceMs, askAgainAtMostMs)
    await place.save()
  }

  /** Does what is needed when messages are gone that were not read. */
  async #makeUp(link: BusLink, { missed, last }: BusPage): Promise<void> {
    if (missed === 'nothing') return
    const { checkpoint: place } = this.#parts
    // What this node published may be gone before others had read it; each of them does the same.
    if (missed === 'everything') await this.#publisher.everything(link)
    else await this.#ask(link)
    if (missed === 'everything' && last === '') place.bus = ''
    await place.save()
  }

  async #ask(link: BusLink): Promise<void> {
    const { checkpoint: place, stats: tally } = this.#parts
    place.asked = randomUUID()
    this.#askedAt = performance.now()
    tally.snapshots += 1
    await this.#publisher.publishOne(link, { kind: 'ask', id: place.asked })
  }

  async #receive(link: BusLink, text: string): Promise<void> {
    const { address, stats: tally } = this.#parts
    let envelope: Envelope
    try {
      envelope = unpackEnvelope(text)
    } catch (error) {
      tally.refuse('a message', error)
      return
    }
    const { from, by, to, name } = envelope
    // What an earlier life of this node said is heard: its store may be a copy from before that.
    if (by === address.by || (to !== undefined && to !== address.from)) return
    const isOwn = from === address.from
    if (!isOwn) tally.received += 1
    try {
      const content = openMessage(this.#parts.ring, envelope)
      if (content.kind === 'ask') await this.#answer(link, from, content.id)
      else if (content.kind === 'answered') this.#answered(content.id)
      else if (await this.#take(content, from)) tally.merged += 1
    } catch (error) {
      if (!(error instanceof CorruptRecordError || error instanceof SchemaError)) throw error
      tally.refuse(name, error)
    }
  }

  async #take(content: Exclude<Content, { kind: 'ask' | 'answered' }>, from: string): Promise<boolean> {
    const { facts, records, stats: tally } = this.#parts
    switch (content.kind) {
      case 'fact': {
        const { isNew, isConflict } = await facts.take(content.key, content.state)
        if (isNew && isConflict) tally.conflicts += 1
        return isNew
      }
      case 'record':
        return records.takeRecord(content.key, content, from)
      case 'object':
        return records.takeObject(content.id, content.bytes, content, from)
      case 'gone':
        return records.takeTombstone(content.id, from)
    }
  }

  /** One node answers, with all that is shared; it has read the bus up to the request. */
  async #answer(link: BusLink, asker: string, id: string): Promise<void> {
    if (asker === this.#parts.address.from) return
    if (!this.#chosen.has(id) && !(await link.elect(`answer/${id}`, electionMs))) return
    this.#chosen.add(id)
    await this.#publisher.everything(link, asker)
    await this.#publisher.publishOne(link, { kind: 'answered', id })
    this.#chosen.delete(id)
  }

  #answered(id: string): void {
    const { checkpoint: place } = this.#parts
    if (place.asked !== id) return
    place.asked = undefined
    this.#patienceMs = askAgainMs
  }
}

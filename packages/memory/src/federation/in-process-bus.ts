import { Emitter } from '../values/emitter.ts'
import type { Unsubscribe } from '../values/emitter.ts'
import { MemoryClosedError } from '../values/errors.ts'
import { requireInteger } from '../values/require-option.ts'
import type { Bus, BusLink, BusPage } from './bus.ts'
import { requireOptions } from '../values/require-options.ts'

/** Options of {@link inProcessBus}. */
export interface InProcessBusOptions {
  /**
   * Messages to keep per space; a node that missed older ones receives a snapshot.
   *
   * @defaultValue 100_000
   */
  readonly maxMessages?: number
}

/**
 * Carries messages between federated memories of one process, for tests and
 * experiments.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { inProcessBus, mapStore, openMemory } from '@skein/memory'
 *
 * const bus = inProcessBus()
 * const a = await openMemory({ store: mapStore(), architecture: 'federated', federation: { node: 'a', bus } })
 * const b = await openMemory({ store: mapStore(), architecture: 'federated', federation: { node: 'b', bus } })
 * await a.as({ id: 'ann', role: 'sales' }).facts.set('price', 10, { importance: 0.9 })
 * await a.exchange()
 * await b.exchange()
 * await b.as({ id: 'bob', role: 'sales' }).facts.get('price') // => 10
 * await b.close()
 * await a.close()
 * ```
 */
export function inProcessBus(options: InProcessBusOptions = {}): Bus {
  const { maxMessages = 100_000 } = requireOptions('inProcessBus', options, { maxMessages: 'any' })
  requireInteger('maxMessages', maxMessages, 1)
  const spaces = new Map<string, Channel>()
  return {
    open: (space) => {
      const channel = spaces.get(space) ?? new Channel(maxMessages)
      spaces.set(space, channel)
      return Promise.resolve(new InProcessLink(channel))
    },
  }
}

/** The state that all links of one space share. */
class Channel {
  readonly messages: { readonly n: number; readonly text: string }[] = []
  readonly events = new Emitter<{ published: undefined }>()
  readonly elections = new Map<string, number>()
  readonly maxMessages: number
  last = 0

  constructor(maxMessages: number) {
    this.maxMessages = maxMessages
  }
}

class InProcessLink implements BusLink {
  readonly #channel: Channel
  readonly #stops: Unsubscribe[] = []
  #isClosed = false

  constructor(channel: Channel) {
    this.#channel = channel
  }

  async publish(messages: readonly string[], after?: string): Promise<boolean> {
    const channel = this.#opened()
    if (after !== undefined && after !== positionOf(channel)) return false
    for (const text of messages) channel.messages.push({ n: (channel.last += 1), text })
    channel.messages.splice(0, channel.messages.length - channel.maxMessages)
    channel.events.emit('published', undefined)
    return true
  }

  async read(after: string, limit: number): Promise<BusPage> {
    const channel = this.#opened()
    const { messages, last } = channel
    const position = Number(after)
    const first = messages[0]?.n ?? last + 1
    const from = Math.max(0, position + 1 - first)
    const page = messages.slice(from, from + limit).map(({ n, text }) => ({ position: `${n}`, text }))
    return { messages: page, last: positionOf(channel), missed: position + 1 < first ? 'trimmed' : 'nothing' }
  }

  onNews(listener: () => void): Unsubscribe {
    const stop = this.#opened().events.on('published', listener)
    this.#stops.push(stop)
    return stop
  }

  async elect(name: string, ttlMs: number): Promise<boolean> {
    const { elections } = this.#opened()
    const now = Date.now()
    for (const [known, until] of elections) if (until <= now) elections.delete(known)
    if (elections.has(name)) return false
    elections.set(name, now + ttlMs)
    return true
  }

  #opened(): Channel {
    if (this.#isClosed) throw new MemoryClosedError()
    return this.#channel
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isClosed = true
    for (const stop of this.#stops.splice(0)) stop()
  }
}

function positionOf({ last }: Channel): string {
  return last === 0 ? '' : `${last}`
}

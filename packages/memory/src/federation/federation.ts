import { MissingKeyError } from '../values/errors.ts'
import type { KeyRing } from '../sealing/key-ring.ts'
import type { ObjectVault } from '../sealing/object-vault.ts'
import type { Store, Unwatch } from '../store/store.ts'
import type { BusLink } from './bus.ts'
import { FactExchange } from './fact-exchange.ts'
import type { ResolvedFederation } from './federation-options.ts'
import { FederationStats, messageOf } from './federation-report.ts'
import type { FederationReport } from './federation-report.ts'
import { Publisher } from './publisher.ts'
import type { ExchangeParts } from './publisher.ts'
import { Checkpoint } from './checkpoint.ts'
import { RecordExchange } from './record-exchange.ts'
import { hasTrait } from '../store/collections.ts'
import { decideShare } from './share-rule.ts'
import { Subscriber } from './subscriber.ts'

/** What a federation needs of the memory that it belongs to. */
export interface FederationParts {
  /** Opens and seals, checks by schemas, and drops copies of what it writes. */
  readonly store: Store
  readonly vault: ObjectVault
  readonly ring: KeyRing
  readonly space: string
  /** Names this opening of the memory. */
  readonly owner: string
  readonly heartbeatMs: number
}

const retryMs = 250
const retryAtMostMs = 15_000
/** How long closing may take to tell the others what they don't know yet. */
const lastWordsMs = 2_000

/**
 * Exchanges what is shared with the other nodes, in the thread that opened the memory.
 *
 * One round after the other: give out what was written here, take in what the
 * others said, each from where it got the last time. A round begins when the
 * store or the bus tells of something new, and with each heartbeat.
 *
 * When a round fails the node goes on alone: that is told once, and tried again
 * with growing pauses. Places are saved after the work, so nothing is lost, and
 * all that is done twice is done as if once.
 */
export class Federation implements AsyncDisposable {
  readonly #options: ResolvedFederation
  readonly #of: FederationParts
  readonly #parts: ExchangeParts
  readonly #publisher: Publisher
  readonly #subscriber: Subscriber
  readonly #stopping = new AbortController()
  #heartbeat: NodeJS.Timeout | undefined
  #unwatch: Unwatch | undefined
  #link: BusLink | undefined
  #isConnected = false
  #isDue = false
  #isTurning = false
  #working: Promise<unknown> = Promise.resolve()
  #retry: NodeJS.Timeout | undefined
  #failures = 0
  #standstill: Error | undefined

  constructor(options: ResolvedFederation, of: FederationParts) {
    const { node, share, maxObjectBytes } = options
    const { store, vault, ring, owner } = of
    const tally = new FederationStats()
    const decide = decideShare(share, (error) =>
      tally.warn(`The rule \`federation.share\` throws. ${messageOf(error)}`, error),
    )
    const onTooLarge = (id: string, size: number): void => {
      tally.tooLarge += 1
      const advice = `Raise federation.maxObjectBytes (${maxObjectBytes}) or put smaller objects.`
      process.emitWarning(`Object ${id} has ${size} bytes and stays on node "${node}". ${advice}`, {
        type: 'SkeinWarning',
        code: 'SKEIN_FEDERATION',
      })
    }
    this.#options = options
    this.#of = of
    this.#parts = {
      store,
      ring,
      stats: tally,
      checkpoint: new Checkpoint(store),
      facts: new FactExchange(store, node, decide),
      records: new RecordExchange(store, vault, node, { decide, maxObjectBytes, onTooLarge }),
      address: { from: node, by: owner },
      signal: this.#stopping.signal,
    }
    this.#publisher = new Publisher(this.#parts)
    this.#subscriber = new Subscriber(this.#parts, this.#publisher)
  }

  /**
   * Begins. The bus need not be there.
   *
   * @throws StoreError
   */
  async start(): Promise<void> {
    await this.#parts.checkpoint.load()
    this.#unwatch = this.#of.store.watch(({ collection }) => {
      if (hasTrait(collection, 'shared')) this.#due()
    })
    this.#heartbeat = setInterval(() => this.#due(), this.#of.heartbeatMs).unref()
    this.#due()
  }

  get report(): FederationReport {
    const { stats: tally, checkpoint: place } = this.#parts
    const { sent, received, merged, conflicts, refused, tooLarge, snapshots } = tally
    return {
      node: this.#options.node,
      isConnected: this.#isConnected,
      sent,
      received,
      merged,
      conflicts,
      refused,
      tooLarge,
      snapshots,
      waiting: this.#publisher.waiting,
      isCaughtUp: this.#subscriber.isCaughtUp,
      position: place.bus,
      lastError: this.#standstill ?? tally.lastError,
    }
  }

  /**
   * Exchanges now: resolves when all that was written here before is given out
   * and all that stood on the bus is taken in.
   *
   * @throws StoreError when the bus can't be reached; MissingKeyError
   */
  exchange(): Promise<void> {
    return this.#alone(async () => {
      try {
        await this.#round()
      } catch (error) {
        this.#failed(error)
        throw error
      }
    })
  }

  /** Asks for a round, unless the last one failed and its pause is not over. */
  #due(): void {
    if (this.#stopping.signal.aborted || this.#retry) return
    this.#isDue = true
    if (!this.#isTurning) void this.#turn()
  }

  async #turn(): Promise<void> {
    this.#isTurning = true
    while (this.#isDue && !this.#stopping.signal.aborted) {
      this.#isDue = false
      try {
        await this.#alone(() => this.#round())
      } catch (error) {
        this.#failed(error)
        break
      }
    }
    this.#isTurning = false
  }

  /** Rounds never overlap, whoever asks for them. */
  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    const own = this.#working.then(work)
    // The caller is told; who comes next only waits until it is over.
    this.#working = own.catch(() => {})
    return own
  }

  async #round(): Promise<void> {
    const link = (this.#link ??= await this.#open())
    await this.#publisher.run(link)
    await this.#subscriber.run(link)
    // What was taken in is a change of the feed, too: it is passed over now.
    await this.#publisher.run(link)
    this.#failures = 0
    this.#standstill = undefined
  }

  /** A link that notes whether the bus answers. */
  async #open(): Promise<BusLink> {
    const noting = async <Result>(asked: Promise<Result>): Promise<Result> => {
      try {
        const answer = await asked
        this.#isConnected = true
        return answer
      } catch (error) {
        this.#isConnected = false
        throw error
      }
    }
    const { bus, node } = this.#options
    const link = await noting(bus.open(this.#of.space, node))
    link.onNews(() => {
      clearTimeout(this.#retry)
      this.#retry = undefined
      this.#due()
    })
    return {
      publish: (messages) => noting(link.publish(messages)),
      read: (after, limit) => noting(link.read(after, limit)),
      elect: (name, ttlMs) => noting(link.elect(name, ttlMs)),
      onNews: (listener) => link.onNews(listener),
      [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
    }
  }

  #failed(error: unknown): void {
    if (this.#stopping.signal.aborted) return
    const known = this.#standstill
    this.#standstill = error instanceof Error ? error : new Error(String(error))
    this.#failures += 1
    const pauseMs = Math.min(retryAtMostMs, retryMs * 2 ** (this.#failures - 1))
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#due()
    }, pauseMs).unref()
    if (known && messageOf(known) === messageOf(error)) return
    const what = error instanceof MissingKeyError ? 'takes nothing more in' : 'goes on alone'
    const { code = 'SKEIN_FEDERATION' } = error as { code?: string }
    process.emitWarning(
      `Node "${this.#options.node}" ${what}: ${messageOf(error)} Nothing is lost; it catches up once that is mended.`,
      { type: 'SkeinWarning', code },
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort()
    clearInterval(this.#heartbeat)
    clearTimeout(this.#retry)
    this.#unwatch?.()
    await this.#working
    const link = this.#link
    if (!link) return
    if (this.#isConnected && !this.#standstill) {
      const signal = AbortSignal.timeout(lastWordsMs)
      // What can't be said now will be when the memory is opened again.
      await new Publisher({ ...this.#parts, signal }).run(link).catch(() => {})
    }
    await link[Symbol.asyncDispose]()
  }
}

import { MissingKeyError } from '../values/errors.ts'
import type { KeyRing } from '../sealing/key-ring.ts'
import type { ObjectVault } from '../sealing/object-vault.ts'
import type { Store, Unwatch } from '../store/store.ts'
import type { BusLink } from './bus.ts'
import { ErasureExchange } from './erasure-exchange.ts'
import type { CarryOutTold } from './erasure-exchange.ts'
import { FactExchange } from './fact-exchange.ts'
import type { ResolvedFederation } from './federation-options.ts'
import { FederationStats, messageOf } from './federation-report.ts'
import type { FederationReport } from './federation-report.ts'
import { Publisher } from './publisher.ts'
import type { ExchangeParts } from './publisher.ts'
import { BusSealing } from './bus-sealing.ts'
import { Checkpoint } from './checkpoint.ts'
import { RecordExchange } from './record-exchange.ts'
import { hasTrait } from '../store/collections.ts'
import { warn } from '../values/warn.ts'
import { decideShare } from './share-rule.ts'
import { Subscriber } from './subscriber.ts'

/** The parts of its memory that a federation uses. */
export interface FederationParts {
  /** Seals and opens values, checks schemas, and invalidates cached entries of what it writes. */
  readonly store: Store
  readonly vault: ObjectVault
  readonly ring: KeyRing
  readonly space: string
  /** Identifies this opening of the memory. */
  readonly owner: string
  readonly heartbeatMs: number
  /** Erases what was erased on another node. */
  readonly carryOut: CarryOutTold
}

const retryMs = 250
const retryAtMostMs = 15_000
/** How long closing may take to publish the remaining changes. */
const finalPublishMs = 2_000

/**
 * Exchanges shared records with the other nodes, in the thread that opened the memory.
 *
 * The exchange runs in rounds, one at a time. A round publishes what was written
 * here and merges what the others published, each from its checkpoint. A round
 * starts when the store or the bus reports something new, and with each heartbeat.
 *
 * When a round fails, the node continues alone: it warns once and retries with
 * exponential back-off. Checkpoints are saved after the work, so nothing is lost;
 * all work is idempotent, so a repeat does no harm.
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
  #isRoundDue = false
  #isRunning = false
  #working: Promise<unknown> = Promise.resolve()
  #retry: NodeJS.Timeout | undefined
  #failedRounds = 0
  #failure: Error | undefined

  constructor(options: ResolvedFederation, of: FederationParts) {
    const { node, share, maxObjectBytes } = options
    const { store, vault, ring, owner } = of
    const stats = new FederationStats()
    const decide = decideShare(share, (error) =>
      stats.warn(
        `The rule \`federation.share\` threw an error; the record stays on this node. ${messageOf(error)}`,
        error,
      ),
    )
    const onTooLarge = (id: string, size: number): void => {
      stats.tooLarge += 1
      const advice = `Raise federation.maxObjectBytes (${maxObjectBytes}) or store smaller objects.`
      warn(`Object ${id} has ${size} bytes and stays on node "${node}". ${advice}`, 'SKEIN_FEDERATION')
    }
    this.#options = options
    this.#of = of
    const checkpoint = new Checkpoint(store)
    const facts = new FactExchange(store, node, decide)
    this.#parts = {
      store,
      ring,
      stats,
      checkpoint,
      sealing: new BusSealing(ring, checkpoint),
      facts,
      records: new RecordExchange(store, vault, node, { decide, maxObjectBytes, onTooLarge }),
      erasures: new ErasureExchange(store, facts, of.carryOut),
      address: { from: node, by: owner },
      signal: this.#stopping.signal,
    }
    this.#publisher = new Publisher(this.#parts)
    this.#subscriber = new Subscriber(this.#parts, this.#publisher)
  }

  /**
   * Starts the exchange. The bus may be unreachable.
   *
   * @throws StoreError
   */
  async start(): Promise<void> {
    await this.#parts.checkpoint.load()
    this.#unwatch = this.#of.store.watch(({ collection }) => {
      if (hasTrait(collection, 'shared') || collection === 'erasures') this.#requestRound()
    })
    this.#heartbeat = setInterval(() => this.#requestRound(), this.#of.heartbeatMs).unref()
    this.#requestRound()
  }

  get report(): FederationReport {
    const { stats, checkpoint } = this.#parts
    const { sent, received, merged, conflicts, refused, withheld, tooLarge, snapshots } = stats
    return {
      node: this.#options.node,
      isConnected: this.#isConnected,
      sent,
      received,
      merged,
      conflicts,
      refused,
      withheld,
      tooLarge,
      snapshots,
      waiting: this.#publisher.waiting,
      isCaughtUp: this.#subscriber.isCaughtUp,
      position: checkpoint.bus,
      lastError: this.#failure ?? stats.lastError,
    }
  }

  /**
   * Runs a round now: resolves when all earlier writes of this node are published
   * and all messages on the bus are merged.
   *
   * @throws StoreError when the bus can't be reached; MissingKeyError
   */
  exchange(): Promise<void> {
    return this.#exclusively(async () => {
      try {
        await this.#round()
      } catch (error) {
        this.#fail(error)
        throw error
      }
    })
  }

  /** Requests a round, unless the node is backing off after a failed one. */
  #requestRound(): void {
    if (this.#stopping.signal.aborted || this.#retry) return
    this.#isRoundDue = true
    if (!this.#isRunning) void this.#runDueRounds()
  }

  async #runDueRounds(): Promise<void> {
    this.#isRunning = true
    while (this.#isRoundDue && !this.#stopping.signal.aborted) {
      this.#isRoundDue = false
      try {
        await this.#exclusively(() => this.#round())
      } catch (error) {
        this.#fail(error)
        break
      }
    }
    this.#isRunning = false
  }

  /** Runs rounds one at a time. */
  #exclusively<Result>(work: () => Promise<Result>): Promise<Result> {
    const own = this.#working.then(work)
    // The caller gets the error; the next round only waits for the end of this one.
    this.#working = own.catch(() => {})
    return own
  }

  async #round(): Promise<void> {
    const link = (this.#link ??= await this.#openLink())
    await this.#publisher.announce(link)
    await this.#publisher.run(link)
    await this.#subscriber.run(link)
    // Merged messages are changes of the feed, too: this moves the checkpoint past them.
    await this.#publisher.run(link)
    this.#failedRounds = 0
    this.#failure = undefined
  }

  /** Opens a link that records whether the bus answers. */
  async #openLink(): Promise<BusLink> {
    const observed = async <Result>(call: Promise<Result>): Promise<Result> => {
      try {
        const result = await call
        this.#isConnected = true
        return result
      } catch (error) {
        this.#isConnected = false
        throw error
      }
    }
    const { bus, node } = this.#options
    const link = await observed(bus.open(this.#of.space, node))
    link.onNews(() => {
      clearTimeout(this.#retry)
      this.#retry = undefined
      this.#requestRound()
    })
    return {
      publish: (messages, after) => observed(link.publish(messages, after)),
      read: (after, limit) => observed(link.read(after, limit)),
      elect: (name, ttlMs) => observed(link.elect(name, ttlMs)),
      onNews: (listener) => link.onNews(listener),
      [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
    }
  }

  #fail(error: unknown): void {
    if (this.#stopping.signal.aborted) return
    const previous = this.#failure
    this.#failure = error instanceof Error ? error : new Error(String(error))
    this.#failedRounds += 1
    const pauseMs = Math.min(retryAtMostMs, retryMs * 2 ** (this.#failedRounds - 1))
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => {
      this.#retry = undefined
      this.#requestRound()
    }, pauseMs).unref()
    if (previous && messageOf(previous) === messageOf(error)) return
    const effect = error instanceof MissingKeyError ? 'stops merging messages' : 'continues alone'
    const { code = 'SKEIN_FEDERATION' } = error as { code?: string }
    warn(
      `Node "${this.#options.node}" ${effect}: ${messageOf(error)} Nothing is lost; it catches up once the cause is fixed.`,
      code,
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
    if (this.#isConnected && !this.#failure) {
      const signal = AbortSignal.timeout(finalPublishMs)
      // What can't be published now will be when the memory is opened again.
      await new Publisher({ ...this.#parts, signal }).run(link).catch(() => {})
    }
    await link[Symbol.asyncDispose]()
  }
}

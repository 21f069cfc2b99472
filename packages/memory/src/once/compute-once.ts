import type { Actor } from '../space/actor.ts'
import type { InFlight } from '../space/in-flight.ts'
import { hasEnded } from '../space/process-identity.ts'
import type { HeldLease } from '../space/lease-keeper.ts'
import type { Space } from '../space/space.ts'
import { asPartOf, currentAccount, currentWork } from '../space/work-chain.ts'
import type { WorkChain } from '../space/work-chain.ts'
import type { StoredRecord } from '../store/record.ts'
import { covers } from '../values/access.ts'
import { fromEnvelope } from '../values/error-envelope.ts'
import { AccessError, OptionError, WorkError } from '../values/errors.ts'
import { copyJson, decodeJson, encodeJson } from '../values/json.ts'
import { requireDuration, requireLifetime, requireNumber, requireStrings } from '../values/require-option.ts'
import { withSignal } from '../values/with-signal.ts'
import { Account } from '../work/account.ts'
import { addCost, noCost } from '../work/cost.ts'
import type { Cost } from '../work/cost.ts'
import { parseWorkId, workId } from '../work/work-id.ts'
import { costOfWork, workStateOf } from '../work/work-state.ts'
import { KeptByOther, OrderLost, sourcesOf } from './handed-work.ts'
import { requireOnRetract } from './once-options.ts'
import type { OnceOptions, OnceResult, WorkContext } from './once-options.ts'
import { WorkLease } from './work-lease.ts'
import { WorkRecord } from './work-record.ts'

/** A waiter polls at this interval even without a wake-up, in milliseconds. */
const fallbackPollMs = 1_000
/** Pause before work is taken again that seems free and can't be taken, in milliseconds. */
const retryMs = 5

/**
 * Runs work under a key at most once across all threads, processes and machines
 * that share the space.
 */
export class ComputeOnce {
  readonly #space: Space
  readonly #actor: Actor

  constructor(space: Space, actor: Actor) {
    this.#space = space
    this.#actor = actor
  }

  async run<T>(key: string, work: OrderedWork<T>, options: OnceOptions & Ordered): Promise<OnceResult<T>> {
    requireStrings('key', [key])
    const { leaseMs = 5_000, ttlMs, signal, accept } = options
    requireDuration('leaseMs', leaseMs, 10)
    if (options.task !== undefined) requireStrings('task', [options.task])
    if (options.title !== undefined) requireStrings('title', [options.title])
    if (ttlMs !== undefined) requireLifetime('ttlMs', ttlMs)
    if (accept !== undefined && typeof accept !== 'function') throw new OptionError('accept', 'a function', accept)
    requireOnRetract(options.onRetract)
    signal?.throwIfAborted()
    this.#space.assertOpen()
    const id = workId(this.#actor.audience, key)
    const { inFlight } = this.#space
    let joined = inFlight.get(id)
    // Work without waiters is being aborted: wait for its end.
    while (joined?.abandon.signal.aborted) {
      const ended = joined.result.catch(() => {})
      await withSignal(ended, signal)
      joined = inFlight.get(id)
    }
    const chain = currentWork()
    const account = currentAccount()
    const own = joined ?? this.#begin(id, work, { ...options, leaseMs, chain, account })
    own.waiters += 1
    try {
      const wait = { chain, anyOf: () => [id], isWaiting: () => joined !== undefined || !own.isComputing, signal }
      const result = (await this.#actor.waits.during(own.result, wait, this.#actor.audience)) as OnceResult<T>
      if (!joined) return result
      // Each caller gets its own copy, as from the store.
      const copy = { ...result, value: structuredClone(result.value), reused: true }
      // Another caller's check may ask for less than this one's.
      if (accept && !own.isUnkept && !(await accept(copy.value))) return await this.run(key, work, options)
      this.#noteReuse(id, copy.cost, account)
      return copy
    } finally {
      // Whoever gets a result, or an error, has read what the work has read.
      if (own.label) this.#actor.used(own.label, own.sources)
      own.waiters -= 1
      // The work continues for the others; the last one to leave aborts it, unless it has ended: making a reason takes long.
      if (own.waiters === 0 && inFlight.get(id) === own) own.abandon.abort(signal?.reason)
    }
  }

  /** See `View.forget`. */
  async forget(key: string): Promise<boolean> {
    requireStrings('key', [key])
    this.#space.assertOpen()
    const place = { collection: 'work', id: workId(this.#actor.audience, key) } as const
    for (;;) {
      const record = await this.#actor.read(place)
      const state = record && workStateOf(decodeJson(record.value))
      // What runs will be newer than what was to be forgotten; a failure is kept for nobody who asks again.
      if (!record || state?.state === 'running' || state?.state === 'failed') return false
      const commit = await this.#actor.commit([{ type: 'delete', key: place, ifVersion: record.version }])
      if (commit.ok) return true
    }
  }

  #begin<T>(id: string, work: OrderedWork<T>, options: TakeOptions): InFlight {
    const { inFlight } = this.#space
    const { promise: result, resolve, reject } = Promise.withResolvers<unknown>()
    const own: InFlight = { result, abandon: new AbortController(), waiters: 0, isComputing: false }
    this.#take<T>(id, work, options, own)
      .finally(() => inFlight.delete(id))
      .then(resolve, reject)
    // All callers may have left before it fails.
    result.catch(() => {})
    inFlight.set(id, own)
    return own
  }

  async #take<T>(id: string, work: OrderedWork<T>, options: TakeOptions, own: InFlight): Promise<OnceResult<T>> {
    const abandoned = own.abandon.signal
    const { order } = options
    const stored = new WorkRecord(id, { space: this.#space, actor: this.#actor, options, order, abandoned })
    const { epochs, work: cache } = this.#space
    const slot = epochs.slotOf('work', id)
    let hasWaited = false
    for (let refusals = 0; ;) {
      const seen = epochs.newsOf(slot)
      const load = async (): Promise<StoredRecord | undefined> => (await cache.load(id)).record
      // Who has begun to wait keeps waiting when the store is out of reach for a while.
      const record = await (hasWaited ? stored.outlast(load) : load())
      if (record && !covers(this.#actor.audience, record))
        throw new AccessError(this.#actor.principal.id, 'the label of this work')
      const state = record && workStateOf(decodeJson(record.value))
      if (record && state && state.state !== 'running') {
        own.label = state.label ?? record
        own.sources = sourcesOf(record)
      }
      const isGood = state?.state === 'done' && (options.accept?.(state.value) ?? true)
      // Most checks answer at once, and a turn of the microtasks shows in a hit.
      if (state?.state === 'done' && (isGood === true || (await isGood))) {
        const cost = costOfWork(state)
        this.#noteReuse(id, cost, options.account)
        return { value: state.value as T, cost, reused: true }
      }
      // Whoever judged it has read it.
      if (state?.state === 'done' && own.label) this.#actor.used(own.label, own.sources)
      if (state?.state === 'failed' && hasWaited) {
        const cause = fromEnvelope(state.error)
        throw new WorkError(id, `The work "${id}" failed where it ran: ${cause.message}`, { cause })
      }
      if (state?.state === 'running' && !hasEnded(state.process)) {
        hasWaited = true
        const leftMs = (record?.expiresAt ?? 0) - this.#actor.now()
        await epochs.untilNews(slot, seen, Math.max(1, Math.min(fallbackPollMs, leftMs + 1)), abandoned)
        this.#space.assertOpen()
        continue
      }
      const fence = await stored.acquire(record?.version ?? 0, hasWaited)
      if (fence === undefined) {
        refusals += 1
        // What was read is what the store holds, and yet it refuses: for example, its clock differs from ours a little.
        if (refusals > 1) await epochs.untilNews(slot, epochs.newsOf(slot), retryMs, abandoned)
        continue
      }
      own.isComputing = true
      const result = await this.#compute(stored, fence, work, options, own)
      own.isComputing = false
      if (result) return result
      // The lease was lost: its present holder will produce the result.
      hasWaited = true
    }
  }

  /** Resolves to `undefined` when the lease was lost meanwhile. */
  async #compute<T>(
    stored: WorkRecord,
    fence: number,
    work: OrderedWork<T>,
    options: TakeOptions,
    flight: InFlight,
  ): Promise<OnceResult<T> | undefined> {
    const abandoned = flight.abandon.signal
    const isOrdered = options.order !== undefined
    const hold = (version: number): HeldLease => this.#space.leases.hold(stored.key, version, options.leaseMs)
    const lease = new WorkLease({ stored, fence, isOrdered, hold })
    const startedAt = performance.now()
    const within = new Account()
    let own = noCost
    let tookMs: number | undefined
    // To the microsecond: what is stored is what the first caller was told.
    const took = (): number => Math.round((tookMs ?? performance.now() - startedAt) * 1_000) / 1_000
    try {
      const context: WorkContext = {
        // Whoever carries out an order has no lease, and ends it in the record whoever has one.
        signal: AbortSignal.any([isOrdered ? this.#space.leases.closed : lease.signal, abandoned]),
        reportUsage: (usage) => {
          for (const [name, amount] of Object.entries(usage)) if (amount !== undefined) requireNumber(name, amount, 0)
          own = addCost(own, { ...noCost, ...usage, ms: 0 })
        },
        reportDuration: (ms) => {
          requireNumber('ms', ms, 0)
          tookMs = ms
        },
      }
      const made = await asPartOf([...options.chain, stored.key.id], () => work(context), within)
      const other = made instanceof KeptByOther ? made : undefined
      const value = other ? other.value : made
      const cost = { ...addCost(own, within.used), ms: took() }
      // Copied now: the worker may still change it.
      const kept = copyJson(value ?? null, '$.value')
      const isAccepted = other?.isKept !== false && (!options.accept || (await options.accept(kept)))
      flight.isUnkept = !isAccepted || (await stored.isOutdated())
      const { label } = this.#actor
      if (flight.isUnkept) await (other ? stored.takeBack() : lease.giveBack())
      else if (!other && !(await stored.keep({ state: 'done', value: kept, cost, label }, lease.fence)))
        return undefined
      flight.label = label
      flight.sources = sourcesOf({ ...stored.key, derivedFrom: this.#actor.scope?.sources ?? [] })
      this.#space.counters.add('computed')
      this.#space.counters.add('computedMs', cost.ms)
      return { value: decodeJson(encodeJson(kept)) as T, reused: false, cost }
    } catch (error) {
      this.#space.assertOpen()
      // Nobody waits for it here, and nobody elsewhere may get the abort's reason: undo the taking.
      if (abandoned.aborted) await lease.giveBack()
      else if (error instanceof OrderLost) {
        await lease.giveBack()
        return undefined
      }
      // The lease's present holder will produce the result. Others end an order's lease, too.
      else if (lease.signal.aborted && (!isOrdered || (await stored.isOthers(lease.fence)))) return undefined
      else await stored.fail(error, lease.fence, (flight.label = this.#actor.label))
      throw error
    } finally {
      lease.stop()
      const used = { ...own, ms: Math.max(0, took() - within.used.ms) }
      options.account?.use(addCost(used, within.used))
      options.account?.reuse(within.saved, within.reused)
      // Whoever carries out an order counts it, since its owner may be gone by then.
      if (!isOrdered) this.#noteUse(stored.key.id, used)
    }
  }

  /** @param used - By the work itself, without what it contains. */
  #noteUse(work: string, used: Cost): void {
    this.#space.note({
      work: workId(this.#actor.audience, parseWorkId(work).kind),
      agent: this.#actor.principal.id,
      used,
    })
  }

  #noteReuse(work: string, saved: Cost, account: Account | undefined): void {
    const { counters } = this.#space
    const { level: sensitivity, compartments } = this.#actor.audience
    this.#actor.readAuditor?.note('read', 'work', work, { sensitivity, compartments })
    counters.add('reused')
    counters.add('savedMs', saved.ms)
    counters.add('savedTokens', saved.inputTokens + saved.outputTokens)
    account?.reuse(saved)
    this.#space.note({ work, agent: this.#actor.principal.id, count: 1, saved })
  }
}

/** Work that others do: it returns `KeptByOther` once they have kept its result. */
export type OrderedWork<T> = (context: WorkContext) => Promise<T | KeptByOther> | T | KeptByOther

interface Ordered {
  /** What others are to do; absent where the work is done here. */
  readonly order?: (() => unknown) | undefined
}

interface TakeOptions extends OnceOptions, Ordered {
  readonly leaseMs: number
  /** The work that the caller is part of. */
  readonly chain: WorkChain
  readonly account: Account | undefined
}

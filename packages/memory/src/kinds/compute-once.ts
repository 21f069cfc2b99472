import type { Actor } from '../space/actor.ts'
import type { InFlight } from '../space/in-flight.ts'
import { hasEnded, ownProcess } from '../space/process-identity.ts'
import type { Space } from '../space/space.ts'
import { asPartOf, currentAccount, currentWork } from '../space/work-chain.ts'
import type { WorkChain } from '../space/work-chain.ts'
import { guardOf } from '../space/write-options.ts'
import type { RecordKey, StoredRecord } from '../store/record.ts'
import { covers } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import { fromEnvelope, toStoredEnvelope } from '../values/error-envelope.ts'
import {
  AccessError,
  MemoryClosedError,
  OutcomeUnknownError,
  VersionConflictError,
  WorkError,
} from '../values/errors.ts'
import { copyJson, decodeJson, encodeJson } from '../values/json.ts'
import { isOutage, outlast } from '../values/outlast.ts'
import { requireDuration, requireLifetime, requireNumber, requireStrings } from '../values/require-option.ts'
import { warn } from '../values/warn.ts'
import { withSignal } from '../values/with-signal.ts'
import { Account } from '../work/account.ts'
import { addCost, noCost } from '../work/cost.ts'
import type { Cost } from '../work/cost.ts'
import { parseWorkId, workId } from '../work/work-id.ts'
import { costOfWork, workStateOf } from '../work/work-state.ts'
import type { WorkState } from '../work/work-state.ts'
import type { OnceOptions, OnceResult, WorkContext } from './once-options.ts'

/** How long a failure is kept for those who wait for it elsewhere, in milliseconds. */
const failedMs = 10_000
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

  async run<T>(key: string, work: Work<T>, options: OnceOptions): Promise<OnceResult<T>> {
    requireStrings('key', [key])
    const { leaseMs = 5_000, ttlMs, signal } = options
    requireDuration('leaseMs', leaseMs, 10)
    if (options.task !== undefined) requireStrings('task', [options.task])
    if (ttlMs !== undefined) requireLifetime('ttlMs', ttlMs)
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
      this.#noteReuse(id, copy.cost, account)
      return copy
    } finally {
      // Whoever gets a result, or an error, has read what the work has read.
      if (own.label) this.#actor.used(own.label)
      own.waiters -= 1
      // The work continues for the others; the last one to leave aborts it.
      if (own.waiters === 0) own.abandon.abort(signal?.reason)
    }
  }

  #begin<T>(id: string, work: Work<T>, options: TakeOptions): InFlight {
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

  async #take<T>(id: string, work: Work<T>, options: TakeOptions, own: InFlight): Promise<OnceResult<T>> {
    const key = { collection: 'work', id } as const
    const { epochs, work: cache } = this.#space
    const slot = epochs.slotOf('work', id)
    const abandoned = own.abandon.signal
    let hasWaited = false
    for (let refusals = 0; ;) {
      const seen = epochs.newsOf(slot)
      const load = async (): Promise<StoredRecord | undefined> => (await cache.load(id)).record
      // Who has begun to wait goes on waiting when the store is out of reach for a while.
      const record = await (hasWaited ? this.#outlast(load, abandoned) : load())
      if (record && !covers(this.#actor.audience, record))
        throw new AccessError(this.#actor.principal.id, 'the label of this work')
      const state = record && workStateOf(decodeJson(record.value))
      // Earlier versions kept no label for work outside of activities: it may have read whatever it was cleared for.
      if (state && state.state !== 'running') own.label = state.label ?? record
      if (state?.state === 'done') {
        const cost = costOfWork(state)
        this.#noteReuse(id, cost, options.account)
        return { value: state.value as T, cost, reused: true }
      }
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
      const fence = await this.#acquire(key, record?.version ?? 0, options, hasWaited, abandoned)
      if (fence === undefined) {
        refusals += 1
        // What was read is what the store holds, and yet it refuses: for example, its clock differs from ours a little.
        if (refusals > 1) await epochs.untilNews(slot, epochs.newsOf(slot), retryMs, abandoned)
        continue
      }
      own.isComputing = true
      const result = await this.#compute(key, fence, work, options, own)
      own.isComputing = false
      if (result) return result
      // The lease was lost: its present holder will produce the result.
      hasWaited = true
    }
  }

  /** Takes the work; resolves to the fence, or to `undefined` when it has to be looked at again. */
  async #acquire(
    key: RecordKey,
    version: number,
    options: TakeOptions,
    hasWaited: boolean,
    abandoned: AbortSignal,
  ): Promise<number | undefined> {
    const { owner } = this.#space
    try {
      return await this.#write(
        key,
        { state: 'running', owner, process: ownProcess() },
        version,
        options.leaseMs,
        options,
      )
    } catch (error) {
      if (!isOutage(error)) throw error
      if (!hasWaited && !(error instanceof OutcomeUnknownError)) throw error
      // It may have been taken all the same.
      const record = await this.#outlast(() => this.#read(key), abandoned)
      const state = record && workStateOf(decodeJson(record.value))
      return state?.state === 'running' && state.owner === owner ? record?.version : undefined
    }
  }

  /** Resolves to `undefined` when the lease was lost meanwhile. */
  async #compute<T>(
    key: RecordKey,
    fence: number,
    work: Work<T>,
    options: TakeOptions,
    flight: InFlight,
  ): Promise<OnceResult<T> | undefined> {
    const abandoned = flight.abandon.signal
    const lease = this.#space.leases.hold(key, fence, options.leaseMs)
    const startedAt = performance.now()
    const within = new Account()
    let own = noCost
    let tookMs: number | undefined
    const took = (): number => tookMs ?? performance.now() - startedAt
    try {
      const context: WorkContext = {
        signal: AbortSignal.any([lease.signal, abandoned]),
        reportUsage: (usage) => {
          for (const [name, amount] of Object.entries(usage)) if (amount !== undefined) requireNumber(name, amount, 0)
          own = addCost(own, { ...noCost, ...usage, ms: 0 })
        },
        reportDuration: (ms) => {
          requireNumber('ms', ms, 0)
          tookMs = ms
        },
      }
      const value = await asPartOf([...options.chain, key.id], () => work(context), within)
      const cost = { ...addCost(own, within.used), ms: took() }
      const { label } = this.#actor
      // Copied now: the worker may still change it.
      const kept = copyJson(value ?? null, '$.value')
      const done = { state: 'done', value: kept, cost, label } as const
      if (!(await this.#outlast(() => this.#keep(key, done, fence, options), abandoned))) return undefined
      flight.label = label
      this.#space.counters.add('computed')
      this.#space.counters.add('computedMs', cost.ms)
      return { value: decodeJson(encodeJson(kept)) as T, reused: false, cost }
    } catch (error) {
      // Nobody waits for it here, and nobody elsewhere may get the abort's reason: undo the taking.
      if (abandoned.aborted) await this.#giveBack(key, fence)
      // The lease's present holder will produce the result.
      else if (lease.signal.aborted) return undefined
      else await this.#fail(key, error, fence, options, (flight.label = this.#actor.label))
      throw error
    } finally {
      lease.stop()
      this.#noteUse(key.id, { ...own, ms: Math.max(0, took() - within.used.ms) }, within, options.account)
    }
  }

  /** Stores a result; resolves to whether it is stored. May be done again when its outcome is unknown. */
  async #keep(key: RecordKey, done: WorkState, fence: number, options: TakeOptions): Promise<boolean> {
    if ((await this.#write(key, done, fence, options.ttlMs, options)) !== undefined) return true
    const record = await this.#read(key)
    if (record?.value === encodeJson(done)) return true
    // The lease ended, but nobody else began: what was computed is as good as what anybody would compute.
    return record === undefined && (await this.#write(key, done, 0, options.ttlMs, options)) !== undefined
  }

  async #read(key: RecordKey): Promise<StoredRecord | undefined> {
    return (await this.#actor.unseen.read([key]))[0]
  }

  #outlast<Result>(work: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    return outlast(work, { signal, onOutage: (error) => this.#space.noteOutage(error) })
  }

  async #giveBack(key: RecordKey, fence: number): Promise<void> {
    // If that fails, the lease ends by itself.
    await this.#actor.commit([{ type: 'delete', key, ifVersion: fence }]).catch(() => {})
  }

  /** Records the failure for those who wait elsewhere. An error here must not hide why the work failed. */
  async #fail(key: RecordKey, error: unknown, fence: number, options: TakeOptions, label: Label): Promise<void> {
    try {
      await this.#write(key, { state: 'failed', error: toStoredEnvelope(error), label }, fence, failedMs, options)
    } catch (second) {
      // Nothing can be written after closing: the lease ends by itself.
      if (second instanceof MemoryClosedError) return
      warn(second)
    }
  }

  /** Writes the next state over the known version. Resolves to the new version, or `undefined` when another write won. */
  async #write(
    key: RecordKey,
    state: WorkState,
    ifVersion: number,
    ttlMs: number | undefined,
    options: OnceOptions,
  ): Promise<number | undefined> {
    const { level, compartments } = this.#actor.audience
    const author = this.#actor.principal.id
    const own = { author, task: options.task, tags: [], derivedFrom: [], sensitivity: level, compartments }
    try {
      const fleeting = state.state === 'running'
      const guard = fleeting && options.claim ? guardOf({ claim: options.claim }) : undefined
      const meta = this.#actor.mark(own)
      const mutation = { type: 'set', key, value: encodeJson(state), meta, ifVersion, ttlMs, fleeting, guard } as const
      return (await this.#actor.writeOne(mutation)).version
    } catch (error) {
      if (error instanceof VersionConflictError) return undefined
      throw error
    }
  }

  /** @param used - By the work itself. @param within - What work and calls within it have used and saved. */
  #noteUse(work: string, used: Cost, within: Account, account: Account | undefined): void {
    account?.use(addCost(used, within.used))
    account?.reuse(within.saved, within.reused)
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

type Work<T> = (context: WorkContext) => Promise<T> | T

interface TakeOptions extends OnceOptions {
  readonly leaseMs: number
  /** The work that the caller is part of. */
  readonly chain: WorkChain
  readonly account: Account | undefined
}

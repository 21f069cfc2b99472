import type { Actor } from '../space/actor.ts'
import type { InFlight } from '../space/in-flight.ts'
import { guardOf, writeOne } from '../space/space.ts'
import type { Space } from '../space/space.ts'
import type { RecordKey, RecordMeta } from '../store/record.ts'
import { covers, joinLabels } from '../values/access.ts'
import { fromEnvelope, toStoredEnvelope } from '../values/error-envelope.ts'
import { AccessError, MemoryClosedError, VersionConflictError, WorkError } from '../values/errors.ts'
import { copyJson, decodeJson, encodeJson } from '../values/json.ts'
import { requireDuration, requireInteger, requireStrings } from '../values/require-option.ts'
import { warn } from '../values/warn.ts'
import { withSignal } from '../values/with-signal.ts'
import { workId } from '../work/work-id.ts'
import { workStateOf } from '../work/work-state.ts'
import type { WorkState } from '../work/work-state.ts'
import type { OnceOptions, OnceResult, WorkContext } from './once-options.ts'

/** How long a failure is kept for those who wait for it elsewhere, in milliseconds. */
const failedMs = 10_000
/** A waiter polls at this interval even without a wake-up, in milliseconds. */
const fallbackPollMs = 1_000

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

  async run<T>(
    key: string,
    work: (context: WorkContext) => Promise<T> | T,
    options: OnceOptions,
  ): Promise<OnceResult<T>> {
    requireStrings('key', [key])
    const { leaseMs = 5_000, ttlMs, signal } = options
    requireDuration('leaseMs', leaseMs, 10)
    if (options.task !== undefined) requireStrings('task', [options.task])
    if (ttlMs !== undefined) requireInteger('ttlMs', ttlMs, 1)
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
    const own = joined ?? this.#begin(id, work, { ...options, leaseMs })
    own.waiters += 1
    try {
      const result = (await withSignal(own.result, signal)) as OnceResult<T>
      if (result.label) this.#actor.used(result.label)
      if (!joined) return result
      // Each caller gets its own copy, as from the store.
      const copy = { ...result, value: structuredClone(result.value), reused: true }
      this.#noteReuse(id, copy)
      return copy
    } finally {
      own.waiters -= 1
      // The work continues for the others; the last one to leave aborts it.
      if (own.waiters === 0) own.abandon.abort(signal?.reason)
    }
  }

  #begin<T>(id: string, work: (context: WorkContext) => Promise<T> | T, options: TakeOptions): InFlight {
    const { inFlight } = this.#space
    const abandon = new AbortController()
    const result = this.#take<T>(id, work, options, abandon.signal).finally(() => inFlight.delete(id))
    const own: InFlight = { result, abandon, waiters: 0 }
    // All callers may have left before it fails.
    result.catch(() => {})
    inFlight.set(id, own)
    return own
  }

  async #take<T>(
    id: string,
    work: (context: WorkContext) => Promise<T> | T,
    options: TakeOptions,
    abandoned: AbortSignal,
  ): Promise<OnceResult<T>> {
    const key = { collection: 'work', id } as const
    const { epochs, work: cache } = this.#space
    const slot = epochs.slotOf('work', id)
    let hasWaited = false
    for (;;) {
      const finished = epochs.finishedOf(slot)
      const { record } = await cache.load(id)
      if (record && !covers(this.#actor.audience, record))
        throw new AccessError(this.#actor.principal.id, 'the label of this work')
      const state = record && workStateOf(decodeJson(record.value))
      if (state?.state === 'done') {
        const { durationMs, tokens, usd, label } = state
        const result = { value: state.value as T, durationMs, tokens, usd, reused: true, label }
        this.#noteReuse(id, result)
        return result
      }
      if (state?.state === 'failed' && hasWaited) {
        const cause = fromEnvelope(state.error)
        throw new WorkError(id, `The work "${id}" failed where it ran: ${cause.message}`, { cause })
      }
      if (state?.state === 'running') {
        hasWaited = true
        const leftMs = (record?.expiresAt ?? 0) - this.#space.store.now()
        await epochs.untilFinished(slot, finished, Math.max(1, Math.min(fallbackPollMs, leftMs + 1)), abandoned)
        this.#space.assertOpen()
        continue
      }
      const fence = await this.#write(
        key,
        { state: 'running', owner: this.#space.owner },
        record?.version ?? 0,
        options.leaseMs,
        options,
      )
      if (fence === undefined) continue
      const result = await this.#compute(key, fence, work, options, abandoned)
      if (result) return result
      // The lease was lost: its present holder will produce the result.
      hasWaited = true
    }
  }

  /** Resolves to `undefined` when the lease was lost meanwhile. */
  async #compute<T>(
    key: RecordKey,
    fence: number,
    work: (context: WorkContext) => Promise<T> | T,
    options: TakeOptions,
    abandoned: AbortSignal,
  ): Promise<OnceResult<T> | undefined> {
    const lease = this.#space.leases.hold(key, fence, options.leaseMs)
    const startedAt = performance.now()
    let tokens = 0
    let usd: number | undefined
    let tookMs: number | undefined
    try {
      const value = await work({
        signal: AbortSignal.any([lease.signal, abandoned]),
        reportUsage: (more, cost) => {
          tokens += more
          if (cost !== undefined) usd = (usd ?? 0) + cost
        },
        reportDuration: (ms) => void (tookMs = ms),
      })
      const durationMs = tookMs ?? performance.now() - startedAt
      const { scope } = this.#actor
      const label = scope && joinLabels(scope.labels)
      // Copied now: the worker may still change it.
      const kept = copyJson(value ?? null, '$.value')
      const done = { state: 'done', value: kept, durationMs, tokens, usd, label } as const
      const version = await this.#write(key, done, fence, options.ttlMs, options)
      if (version === undefined) return undefined
      this.#space.counters.add('computed')
      this.#space.counters.add('computedMs', durationMs)
      return { value: decodeJson(encodeJson(kept)) as T, reused: false, durationMs, tokens, usd }
    } catch (error) {
      // Nobody waits for it here, and nobody elsewhere may get the abort's reason: undo the taking.
      if (abandoned.aborted) await this.#giveBack(key, fence)
      // The lease's present holder will produce the result.
      else if (lease.signal.aborted) return undefined
      else await this.#fail(key, error, fence, options)
      throw error
    } finally {
      lease.stop()
    }
  }

  async #giveBack(key: RecordKey, fence: number): Promise<void> {
    const author = this.#actor.principal.id
    // If that fails, the lease ends by itself.
    await this.#space.store.write([{ type: 'delete', key, author, ifVersion: fence }]).catch(() => {})
  }

  /** Records the failure for those who wait elsewhere. An error here must not hide why the work failed. */
  async #fail(key: RecordKey, error: unknown, fence: number, options: TakeOptions): Promise<void> {
    try {
      await this.#write(key, { state: 'failed', error: toStoredEnvelope(error) }, fence, failedMs, options)
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
    const meta: RecordMeta = { author, task: options.task, tags: [], derivedFrom: [], sensitivity: level, compartments }
    try {
      const fleeting = state.state === 'running'
      const guard = fleeting && options.claim ? guardOf({ claim: options.claim }) : undefined
      const mutation = { type: 'set', key, value: encodeJson(state), meta, ifVersion, ttlMs, fleeting, guard } as const
      return (await writeOne(this.#space, this.#actor, mutation)).version
    } catch (error) {
      if (error instanceof VersionConflictError) return undefined
      throw error
    }
  }

  #noteReuse(work: string, { durationMs, tokens, usd }: OnceResult<unknown>): void {
    const { counters } = this.#space
    const { level: sensitivity, compartments } = this.#actor.audience
    this.#actor.readAuditor?.note('read', 'work', work, { sensitivity, compartments })
    counters.add('reused')
    counters.add('savedMs', durationMs)
    counters.add('savedTokens', tokens)
    const agent = this.#actor.principal.id
    this.#space.noteReuse({ work, agent, count: 1, savedMs: durationMs, savedTokens: tokens, savedUsd: usd })
  }
}

interface TakeOptions extends OnceOptions {
  readonly leaseMs: number
}

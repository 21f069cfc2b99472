import type { Audience } from './access.ts'
import { fromEnvelope, toEnvelope } from './error-envelope.ts'
import type { ErrorEnvelope } from './error-envelope.ts'
import { VersionConflictError, WorkError } from './errors.ts'
import { decodeJson, encodeJson } from './json.ts'
import { requireWhole } from './options.ts'
import { requireStrings, writeOne } from './space.ts'
import type { Actor, Space } from './space.ts'
import type { RecordKey, RecordMeta } from './store.ts'

/** What a computation gets from {@link View.once}. */
export interface WorkContext {
  /** Aborted when the lease on the work was lost: its result would be refused. */
  readonly signal: AbortSignal
  /** Adds tokens that a model took, so that the ledger can say what a reuse saves. */
  spend(tokens: number): void
  /** Says how long the work really took, in milliseconds, where it had to wait for a turn; else the time until its end counts. */
  took(ms: number): void
}

/** Options of {@link View.once}. */
export interface OnceOptions {
  /** How long the result may be reused, in milliseconds; for ever when left out. */
  readonly ttlMs?: number
  /**
   * How long the work stays taken after its worker was last heard of, in
   * milliseconds: a worker that died is replaced after at most this time.
   *
   * @defaultValue 5_000
   */
  readonly leaseMs?: number
  /** The task for the record of the work. */
  readonly task?: string
}

/** The outcome of {@link View.once}. */
export interface OnceResult<T> {
  readonly value: T
  /** Whether the value was computed before, or by somebody else meanwhile. */
  readonly reused: boolean
  /** What computing it took. */
  readonly durationMs: number
  readonly tokens: number
}

/**
 * A record of work.
 *
 * States
 * - absent → `running`: taken by a write that must find nothing. The record's
 *   time to live is the lease; it is kept alive while the work runs, so a
 *   worker that dies makes it absent again.
 * - `running` → `done` or `failed`: a write that must find the version made
 *   when it was taken. That version is the fence: a late result is refused.
 * - `failed` → `running`: for whoever did not wait for the failure. Those who
 *   waited get it; others try again.
 */
type WorkState =
  | { readonly state: 'running'; readonly owner: string }
  | { readonly state: 'done'; readonly value: unknown; readonly durationMs: number; readonly tokens: number }
  | { readonly state: 'failed'; readonly error: ErrorEnvelope }

/** How long a failure stays to be seen by those who waited for it. */
const failedMs = 10_000
/** A waiter looks again after this even when nothing woke it. */
const patienceMs = 1_000

/**
 * Runs work under a key at most once, for all threads, processes and machines
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
    const { leaseMs = 5_000, ttlMs } = options
    requireWhole('leaseMs', leaseMs, 10)
    if (ttlMs !== undefined) requireWhole('ttlMs', ttlMs, 1)
    this.#space.assertOpen()
    const id = key + clearanceSuffix(this.#actor.audience)
    const { underWay } = this.#space
    const running = underWay.get(id) as Promise<OnceResult<T>> | undefined
    if (running) {
      const { value, durationMs, tokens } = await running
      // Each asker gets a copy of its own, as from the store.
      const own = { value: structuredClone(value), durationMs, tokens, reused: true }
      this.#noteReuse(id, own)
      return own
    }
    const own = this.#take<T>(id, work, { ...options, leaseMs }).finally(() => underWay.delete(id))
    underWay.set(id, own)
    return own
  }

  async #take<T>(
    id: string,
    work: (context: WorkContext) => Promise<T> | T,
    options: TakeOptions,
  ): Promise<OnceResult<T>> {
    const key = { collection: 'work', id } as const
    const { epochs, work: cache } = this.#space
    const slot = epochs.slotOf('work', id)
    let hasWaited = false
    for (;;) {
      const finished = epochs.finishedOf(slot)
      const { record } = await cache.load(id)
      const state = record && (decodeJson(record.value) as WorkState)
      if (state?.state === 'done') {
        const { durationMs, tokens } = state
        const result = { value: state.value as T, durationMs, tokens, reused: true }
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
        await epochs.untilFinished(slot, finished, Math.max(1, Math.min(patienceMs, leftMs + 1)))
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
      const result = await this.#compute(key, fence, work, options)
      if (result) return result
      // The lease was lost: whoever has it now will have the result.
      hasWaited = true
    }
  }

  /** Resolves to nothing when the lease was lost meanwhile. */
  async #compute<T>(
    key: RecordKey,
    fence: number,
    work: (context: WorkContext) => Promise<T> | T,
    options: TakeOptions,
  ): Promise<OnceResult<T> | undefined> {
    const lease = this.#space.leases.hold(key, fence, options.leaseMs)
    const startedAt = performance.now()
    let tokens = 0
    let tookMs: number | undefined
    try {
      const value = await work({
        signal: lease.signal,
        spend: (more) => void (tokens += more),
        took: (ms) => void (tookMs = ms),
      })
      const durationMs = tookMs ?? performance.now() - startedAt
      const done = { state: 'done', value: value ?? null, durationMs, tokens } as const
      const version = await this.#write(key, done, fence, options.ttlMs, options)
      if (version === undefined) return undefined
      this.#space.counters.add('computed')
      this.#space.counters.add('computedMs', durationMs)
      return { value: decodeJson(encodeJson(done.value)) as T, reused: false, durationMs, tokens }
    } catch (error) {
      await this.#write(key, { state: 'failed', error: toEnvelope(error) }, fence, failedMs, options)
      throw error
    } finally {
      lease.stop()
    }
  }

  /** Writes the next state over the version that we know; resolves to its version, or nothing when we lost. */
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
      const mutation = { type: 'set', key, value: encodeJson(state), meta, ifVersion, ttlMs } as const
      return (await writeOne(this.#space, this.#actor, mutation)).version
    } catch (error) {
      if (error instanceof VersionConflictError) return undefined
      throw error
    }
  }

  #noteReuse(work: string, { durationMs, tokens }: OnceResult<unknown>): void {
    const { counters } = this.#space
    counters.add('reused')
    counters.add('savedMs', durationMs)
    counters.add('savedTokens', tokens)
    this.#space.noteReuse({ work, agent: this.#actor.principal.id, savedMs: durationMs, savedTokens: tokens })
  }
}

interface TakeOptions extends OnceOptions {
  readonly leaseMs: number
}

/** Keeps results of askers of different clearance apart: what one could read, another might not. */
function clearanceSuffix({ level, compartments }: Audience): string {
  if (level === 'public' && compartments.length === 0) return ''
  return `~${[level, ...compartments.toSorted().map((name) => encodeURIComponent(name))].join('+')}`
}

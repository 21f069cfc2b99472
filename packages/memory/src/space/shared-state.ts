import type { Space } from './space.ts'
import type { StoredRecord } from '../store/record.ts'
import { maxTimerMs, requireLifetime, requireNumber, requireStrings } from '../values/require-option.ts'
import { copyJson, decodeJson, encodeJson } from '../values/json.ts'

/** The result of a change: the next state, and an answer for the caller. */
export interface StateChange<State, Result> {
  /** Returning the given object changes and writes nothing. */
  readonly state: State
  readonly result: Result
}

/**
 * A function of the present state and of the store's clock, Unix milliseconds. It has no
 * side effects: it runs again when another process wrote first.
 */
export type DecideState<State, Result> = (state: State | undefined, now: number) => StateChange<State, Result>

/** The state as last read, and the mark of that moment. */
interface Known {
  readonly state: unknown
  readonly version: number
  readonly mark: number
}

interface Pending {
  readonly decide: DecideState<unknown, unknown>
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * A small value that all threads and processes of a space change together, each change
 * atomically: a counter of a runtime, such as what is left of a budget.
 *
 * It is not a record of agents: no view lists, searches, watches or audits it, and no
 * other node receives it. Changes that come during a write go into the next one
 * together, so many changes cost few writes.
 */
export class SharedState<State> {
  readonly #space: Space
  readonly #id: string
  readonly #ttlMs: number
  readonly #slot: number
  readonly #pending: Pending[] = []
  #known: Known | undefined
  #busy = false

  /** @internal */
  constructor(space: Space, id: string, ttlMs: number) {
    this.#space = space
    this.#id = id
    this.#ttlMs = ttlMs
    this.#slot = space.epochs.slotOf('settings', id)
  }

  /**
   * Changes the state, and resolves to the decision's `result`.
   *
   * @throws what `decide` throws; ValueError, StoreError
   */
  change<Result>(decide: DecideState<State, Result>): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    // Each decision keeps its own types; the queue holds all of them.
    this.#pending.push({ decide, resolve, reject } as unknown as Pending)
    if (!this.#busy) void this.#work()
    return promise
  }

  /** Take it before {@link change}, and wait on it after. */
  mark(): number {
    return this.#space.epochs.newsOf(this.#slot)
  }

  /** Resolves when the state was written since the mark was taken, or after the time-out. @throws the signal's reason. */
  untilWritten(mark: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    requireNumber('timeoutMs', timeoutMs, 0, maxTimerMs)
    return this.#space.epochs.untilNews(this.#slot, mark, timeoutMs, signal)
  }

  async #work(): Promise<void> {
    this.#busy = true
    // Changes of the same turn are batched.
    await Promise.resolve()
    while (this.#pending.length > 0) await this.#apply(this.#pending.splice(0))
    this.#busy = false
  }

  async #apply(batch: readonly Pending[]): Promise<void> {
    try {
      for (let attempt = 0; ; attempt += 1) {
        this.#space.assertOpen()
        const before = this.#known ?? (await this.#read())
        const decided = this.#decide(batch, before.state)
        const isSame = decided.state === before.state
        // Doing nothing is right only if our copy is current; a write would find that out by itself.
        if (isSame && before.mark !== this.mark()) {
          this.#known = undefined
          continue
        }
        if (isSame || (await this.#write(decided.state, before.version))) {
          for (const settle of decided.outcomes) settle()
          return
        }
        // Other writers keep coming first: back off.
        if (attempt > 2) await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(50, 2 ** attempt)))
      }
    } catch (error) {
      this.#known = undefined
      for (const { reject } of batch) reject(error)
    }
  }

  /** Applies the decisions in order; one that throws changes nothing and fails alone. */
  #decide(batch: readonly Pending[], before: unknown): { state: unknown; outcomes: (() => void)[] } {
    const now = this.#space.store.now()
    let state = before
    const outcomes = batch.map(({ decide, resolve, reject }) => {
      try {
        const decided = decide(state, now)
        state = decided.state
        return () => resolve(decided.result)
      } catch (error) {
        return () => reject(error)
      }
    })
    return { state, outcomes }
  }

  async #read(): Promise<Known> {
    const mark = this.mark()
    const [record] = await this.#space.store.read([{ collection: 'settings', id: this.#id }])
    return this.#learn(record, mark)
  }

  #learn(record: StoredRecord | undefined, mark: number): Known {
    this.#known = { state: record && decodeJson(record.value), version: record?.version ?? 0, mark }
    return this.#known
  }

  /** Resolves to whether it was written; if not, the present state is known. */
  async #write(state: unknown, ifVersion: number): Promise<boolean> {
    const kept = copyJson(state)
    const mark = this.mark()
    const meta = {
      author: this.#space.owner,
      tags: [],
      derivedFrom: [],
      sensitivity: 'public',
      compartments: [],
    } as const
    const key = { collection: 'settings', id: this.#id } as const
    const commit = await this.#space.store.write([
      { type: 'set', key, value: encodeJson(kept), meta, ifVersion, ttlMs: this.#ttlMs },
    ])
    if (commit.ok) {
      this.#known = { state: kept, version: commit.written[0]?.version ?? 0, mark }
      return true
    }
    this.#learn('current' in commit.refusal ? commit.refusal.current : undefined, mark)
    return false
  }
}

const states = new WeakMap<Space, Map<string, SharedState<unknown>>>()

/** The state with this name: one object per thread, so that its changes are batched. @throws OptionError */
export function sharedState<State>(space: Space, name: string, ttlMs: number): SharedState<State> {
  requireStrings('name', [name])
  requireLifetime('ttlMs', ttlMs)
  const known = states.get(space) ?? new Map<string, SharedState<unknown>>()
  states.set(space, known)
  const state = known.get(name) ?? new SharedState<unknown>(space, `shared/${name}`, ttlMs)
  known.set(name, state)
  // The caller that names a state defines its type.
  return state as SharedState<State>
}

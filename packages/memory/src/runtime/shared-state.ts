import type { Space } from '../space/space.ts'
import type { StoredRecord } from '../store/record.ts'
import { copyJson, decodeJson, encodeJson } from '../values/json.ts'

/** What a change makes of a state: what stands there afterwards, and what it tells the one who asked for it. */
export interface StateChange<State, Result> {
  /** The same object as was given means: nothing changes, nothing is written. */
  readonly state: State
  readonly result: Result
}

/**
 * A function of what stands there and of the store's clock, Unix milliseconds.
 * It may be asked again when another process was faster: it must do nothing else.
 */
export type DecideState<State, Result> = (state: State | undefined, now: number) => StateChange<State, Result>

/** What stood there when it was last looked at, and the mark of that moment. */
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
 * A small value that all threads and processes of a space change together, each
 * change in one piece: a counter of a runtime, such as what is left of a budget.
 *
 * It is no record of agents: no view lists, searches, watches or audits it, and
 * no other node gets it. What waits while a write is under way goes into the
 * next one together, so that many changes cost few writes.
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
   * Changes the state, and resolves to what the decision tells.
   *
   * @throws what `decide` throws; ValueError, StoreError
   */
  change<Result>(decide: DecideState<State, Result>): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    // Each keeps its own types; the queue holds all kinds.
    this.#pending.push({ decide, resolve, reject } as unknown as Pending)
    if (!this.#busy) void this.#work()
    return promise
  }

  /** Take it before {@link change}, and wait on it after. */
  mark(): number {
    return this.#space.epochs.finishedOf(this.#slot)
  }

  /** Resolves when anybody wrote the state since the mark was taken, or after the time-out. @throws the signal's reason. */
  untilWritten(mark: number, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return this.#space.epochs.untilFinished(this.#slot, mark, timeoutMs, signal)
  }

  async #work(): Promise<void> {
    this.#busy = true
    // Whoever asks in the same turn goes along.
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
        // To do nothing is right only where what we know is still true; a write finds that out by itself.
        if (isSame && before.mark !== this.mark()) {
          this.#known = undefined
          continue
        }
        if (isSame || (await this.#write(decided.state, before.version))) {
          for (const settle of decided.outcomes) settle()
          return
        }
        // Somebody else was faster, again and again: let them pass.
        if (attempt > 2) await new Promise((resolve) => setTimeout(resolve, Math.random() * Math.min(50, 2 ** attempt)))
      }
    } catch (error) {
      this.#known = undefined
      for (const { reject } of batch) reject(error)
    }
  }

  /** One decision after the other; one that throws changes nothing and fails alone. */
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

  /** Resolves to whether it was written; if not, what stands there is known. */
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

/** The state of this name: one object for each in a thread, so that changes made there go together. */
export function sharedState<State>(space: Space, name: string, ttlMs: number): SharedState<State> {
  const known = states.get(space) ?? new Map<string, SharedState<unknown>>()
  states.set(space, known)
  const state = known.get(name) ?? new SharedState<unknown>(space, `shared/${name}`, ttlMs)
  known.set(name, state)
  // Who names a state says what it holds.
  return state as SharedState<State>
}

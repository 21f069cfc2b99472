import type { ReadScope } from './read-scope.ts'
import type { StoredSpace } from './space.ts'
import { joinLabels, publicLabel } from '../values/access.ts'
import type { Label } from '../values/access.ts'
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
  readonly label: Label
  readonly version: number
  readonly mark: number
}

/** Who changes a state: `Actor`. */
interface Changer {
  readonly scope: ReadScope | undefined
  requireSight(label: Label): void
}

/** A state, and how sensitive it is. */
type Labelled = Pick<Known, 'state' | 'label'>

interface Pending {
  readonly decide: DecideState<unknown, unknown>
  /** Who asked for the change; a runtime's counters belong to nobody. */
  readonly actor: Changer | undefined
  readonly resolve: (result: unknown) => void
  readonly reject: (error: unknown) => void
}

/**
 * A small value that all threads and processes of a space change together, each change
 * atomically, such as what is left of a budget.
 *
 * No view lists, searches, watches or audits it, and no other node receives it.
 * Changes that come during a write go into the next one together, so many changes cost
 * few writes.
 */
export interface SharedState<State> {
  /**
   * Changes the state, and resolves to the decision's `result`.
   *
   * @throws what `decide` throws; AccessError when the state is above the principal's clearance; ValueError, StoreError
   */
  change<Result>(decide: DecideState<State, Result>): Promise<Result>
  /** Take it before {@link change}, and wait on it after. */
  mark(): number
  /** Resolves when the state was written since the mark was taken, or after the time-out. @throws the signal's reason. */
  untilWritten(mark: number, timeoutMs: number, signal?: AbortSignal): Promise<void>
}

/** The changes of one state in one thread. */
class StateQueue {
  readonly #space: StoredSpace
  readonly #id: string
  readonly #ttlMs: number
  readonly #fleeting: boolean
  readonly #slot: number
  readonly #pending: Pending[] = []
  /** Of the runtime: the same object for all who ask, so that it may serve as a key. */
  readonly ofRuntime: SharedState<unknown> = stateOf(this)
  #known: Known | undefined
  #busy = false

  /** @internal */
  constructor(space: StoredSpace, id: string, { ttlMs, fleeting = false }: StateLife) {
    this.#space = space
    this.#id = id
    this.#ttlMs = ttlMs
    this.#fleeting = fleeting
    this.#slot = space.epochs.slotOf('settings', id)
  }

  change<Result>(decide: DecideState<unknown, Result>, actor: Changer | undefined): Promise<Result> {
    const { promise, resolve, reject } = Promise.withResolvers<Result>()
    // Each decision keeps its own type; the queue holds all of them.
    this.#pending.push({ decide, actor, resolve, reject } as unknown as Pending)
    if (!this.#busy) void this.#work()
    return promise
  }

  mark(): number {
    return this.#space.epochs.newsOf(this.#slot)
  }

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
        const decided = this.#decide(batch, before)
        const isSame = decided.state === before.state
        // Doing nothing is right only if our copy is current; a write would find that out by itself.
        if (isSame && before.mark !== this.mark()) {
          this.#known = undefined
          continue
        }
        if (isSame || (await this.#write(decided, before.version))) {
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
  #decide(batch: readonly Pending[], before: Labelled): Labelled & { readonly outcomes: (() => void)[] } {
    const now = this.#space.store.now()
    let { state, label } = before
    const outcomes = batch.map(({ decide, actor, resolve, reject }) => {
      try {
        actor?.requireSight(label)
        const decided = decide(state, now)
        // What it decided may depend on all that it has read.
        if (decided.state !== state && actor?.scope) label = joinLabels([label, actor.scope.label])
        state = decided.state
        return () => resolve(decided.result)
      } catch (error) {
        return () => reject(error)
      }
    })
    return { state, label, outcomes }
  }

  async #read(): Promise<Known> {
    const mark = this.mark()
    const [record] = await this.#space.store.read([{ collection: 'settings', id: this.#id }])
    return this.#learn(record, mark)
  }

  #learn(record: StoredRecord | undefined, mark: number): Known {
    const { sensitivity, compartments } = record ?? publicLabel
    const label = { sensitivity, compartments }
    this.#known = { state: record && decodeJson(record.value), label, version: record?.version ?? 0, mark }
    return this.#known
  }

  /** Resolves to whether it was written; if not, the present state is known. */
  async #write({ state, label }: Labelled, ifVersion: number): Promise<boolean> {
    const kept = copyJson(state)
    const mark = this.mark()
    const meta = { author: this.#space.owner, tags: [], derivedFrom: [], ...label }
    const key = { collection: 'settings', id: this.#id } as const
    const commit = await this.#space.store.write([
      { type: 'set', key, value: encodeJson(kept), meta, ifVersion, ttlMs: this.#ttlMs, fleeting: this.#fleeting },
    ])
    if (commit.ok) {
      this.#known = { state: kept, label, version: commit.written[0]?.version ?? 0, mark }
      return true
    }
    this.#learn('current' in commit.refusal ? commit.refusal.current : undefined, mark)
    return false
  }
}

const queues = new WeakMap<StoredSpace, Map<string, StateQueue>>()

/** How long a state lives. */
interface StateLife {
  /** Since it was last written. */
  readonly ttlMs: number
  /** Whether a power failure may lose what was written last. @defaultValue false */
  readonly fleeting?: boolean
}

/** One queue per state and thread, so that its changes are batched. @throws OptionError */
function queueOf(space: StoredSpace, id: string, name: string, life: StateLife): StateQueue {
  requireStrings('name', [name])
  requireLifetime('ttlMs', life.ttlMs)
  const known = queues.get(space) ?? new Map<string, StateQueue>()
  queues.set(space, known)
  const queue = known.get(id) ?? new StateQueue(space, id, life)
  known.set(id, queue)
  return queue
}

function stateOf<State>(queue: StateQueue, actor?: Changer): SharedState<State> {
  return {
    // The caller that names a state defines its type.
    change: (decide) => queue.change(decide as DecideState<unknown, never>, actor),
    mark: () => queue.mark(),
    untilWritten: (mark, timeoutMs, signal) => queue.untilWritten(mark, timeoutMs, signal),
  }
}

/**
 * A state of the runtime: counters and queues that belong to no principal. It bears no
 * label, so nothing in it may depend on what records say.
 *
 * @throws OptionError
 */
export function sharedState<State>(space: StoredSpace, name: string, life: StateLife): SharedState<State> {
  return queueOf(space, `shared/${name}`, name, life).ofRuntime as SharedState<State>
}

/** A state of those who use the memory: as sensitive as what its writers have read. @throws OptionError */
export function ownState<State>(space: StoredSpace, actor: Changer, name: string, ttlMs: number): SharedState<State> {
  return stateOf<State>(queueOf(space, `states/${name}`, name, { ttlMs }), actor)
}

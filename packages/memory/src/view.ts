import { Alerts } from './kinds/alerts.ts'
import { Claims } from './kinds/claims.ts'
import { ComputeOnce } from './kinds/compute-once.ts'
import { Decisions } from './kinds/decisions.ts'
import { Escalations } from './kinds/escalations.ts'
import { Facts } from './kinds/facts.ts'
import { Learnings } from './kinds/learnings.ts'
import { Objects } from './kinds/objects.ts'
import { Observations } from './kinds/observations.ts'
import type { OnceOptions, OnceResult, WorkContext } from './kinds/once-options.ts'
import { Audit } from './oversight/audit.ts'
import { Feed } from './oversight/feed.ts'
import { Records } from './oversight/records.ts'
import { verifyAll } from './oversight/verify-all.ts'
import { SavedAgents } from './runtime/saved-agents.ts'
import { sharedState } from './runtime/shared-state.ts'
import type { SharedState } from './runtime/shared-state.ts'
import { Actor } from './space/actor.ts'
import type { ReadScope } from './space/read-scope.ts'
import type { Space } from './space/space.ts'
import { watchFeed } from './space/watch.ts'
import type { WatchOptions } from './space/watch.ts'
import type { Change } from './store/change.ts'
import type { Corruption } from './store/corruption.ts'
import { joinLabels, levelIndex } from './values/access.ts'
import type { Label, Principal } from './values/access.ts'

/** The memory as one principal sees it: the only way to records for agents, people and programs. */
export class View {
  readonly principal: Principal
  readonly facts: Facts
  readonly observations: Observations
  readonly decisions: Decisions
  readonly learnings: Learnings
  readonly alerts: Alerts
  readonly claims: Claims
  readonly escalations: Escalations
  readonly objects: Objects
  readonly audit: Audit
  readonly #space: Space
  readonly #actor: Actor
  readonly #once: ComputeOnce
  #agents: SavedAgents | undefined
  #records: Records | undefined
  #feed: Feed | undefined

  /** @internal */
  constructor(space: Space, principal: Principal, scope: ReadScope | undefined) {
    const actor = new Actor(principal, scope, space.readAudit)
    this.principal = principal
    this.facts = new Facts(space, actor, levelIndex(actor.audience.level))
    this.observations = new Observations(space, actor, 'observations')
    this.decisions = new Decisions(space, actor, 'decisions')
    this.learnings = new Learnings(space, actor, 'learnings')
    this.alerts = new Alerts(space, actor)
    this.claims = new Claims(space, actor)
    this.escalations = new Escalations(space, actor)
    this.objects = new Objects(space, actor)
    this.audit = new Audit(space, actor)
    this.#space = space
    this.#actor = actor
    this.#once = new ComputeOnce(space, actor)
  }

  /** Records of all kinds, for those who look through the memory. */
  get records(): Records {
    return (this.#records ??= new Records(this.#space, this.#actor))
  }

  /** All that happens in the memory, in order, for those who look on. */
  get feed(): Feed {
    return (this.#feed ??= new Feed(this.#space, this.#actor))
  }

  /** The states of durable agents and their mail; for runtimes. */
  get agents(): SavedAgents {
    return (this.#agents ??= new SavedAgents(this.#space, this.#actor))
  }

  /**
   * Runs `work` unless its result is known or it is running already, in any
   * thread, process or machine that shares the memory: then that result is
   * used. If the worker dies, another takes over.
   *
   * @param key - Names the work, its version and all its inputs; equal keys must mean equal results.
   * @param work - Resolves to JSON data: small; put large results into `objects` and return their refs.
   * @throws whatever `work` throws; WorkError when it failed elsewhere while this caller waited for it.
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * await using memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'reader' })
   * let calls = 0
   * const answers = await Promise.all([1, 2, 3].map(() => ann.once('answer/v1', async () => (calls += 1, 42))))
   * answers.map(({ value }) => value) // => [42, 42, 42]
   * calls // => 1
   * ```
   */
  once<T>(
    key: string,
    work: (context: WorkContext) => Promise<T> | T,
    options: OnceOptions = {},
  ): Promise<OnceResult<T>> {
    return this.#once.run(key, work, options)
  }

  /**
   * How sensitive what is made of all that was read through this view may be:
   * the label of what was read, where that is noted (in activities), and of
   * everything that the principal may see elsewhere.
   */
  get label(): Label {
    const { scope, audience } = this.#actor
    return scope ? joinLabels(scope.labels) : { sensitivity: audience.level, compartments: audience.compartments }
  }

  /** Ids of the objects that were read through this view, where that is noted (in activities). */
  get readObjects(): readonly string[] {
    return this.#actor.scope?.objects ?? []
  }

  /** The time by the store's clock, the same for all who share the memory; Unix milliseconds. */
  now(): number {
    return this.#space.store.now()
  }

  /**
   * A small value that all threads and processes of the space change together.
   * For runtimes: it is no record of this principal's, and outside all clearances.
   *
   * @param ttlMs - How long it is kept after its last change, in milliseconds.
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * await using memory = await openMemory({ store: mapStore() })
   * const left = memory.as({ id: 'runtime', role: 'system' }).state<number>('left', 60_000)
   * const take = (): Promise<boolean> =>
   *   left.change((n = 2) => (n > 0 ? { state: n - 1, result: true } : { state: n, result: false }))
   * await Promise.all([take(), take(), take()]) // => [true, true, false]
   * ```
   */
  state<State>(name: string, ttlMs: number): SharedState<State> {
    return sharedState<State>(this.#space, name, ttlMs)
  }

  /**
   * Follows the changes of records whose `collection/id` begins with `prefix`
   * (`''` for all), in order, without gaps or repeats.
   *
   * @throws FeedTrimmedError when the feed no longer reaches back to `after`.
   */
  watch(prefix: string, options: WatchOptions = {}): AsyncGenerator<Change, void, undefined> {
    return watchFeed(this.#space, this.#actor, prefix, options)
  }

  /**
   * Looks through the whole space and yields what can't be read as it was
   * written: damaged records and objects, gaps in the feed, and what is sealed
   * and does not open. Everybody else goes on meanwhile.
   *
   * Needs the right `administer`, and shows all there is whatever the clearance:
   * the label of a damaged record can't be trusted either.
   *
   * @throws AccessError without the right; StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * await using memory = await openMemory({ store: mapStore() })
   * const admin = memory.as({ id: 'ada', role: 'operator', rights: ['administer'] })
   * const corruptions = await Array.fromAsync(admin.verify())
   * corruptions // => []
   * ```
   */
  verify(): AsyncGenerator<Corruption, void, undefined> {
    return verifyAll(this.#space, this.#actor)
  }
}

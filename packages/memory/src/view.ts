import { Alerts } from './kinds/alerts.ts'
import { Claims } from './kinds/claims.ts'
import { Decisions } from './kinds/decisions.ts'
import { Escalations } from './kinds/escalations.ts'
import { Facts } from './facts/facts.ts'
import { Learnings } from './kinds/learnings.ts'
import { Objects } from './kinds/objects.ts'
import { Observations } from './kinds/observations.ts'
import { ComputeOnce } from './once/compute-once.ts'
import { onceKinds } from './once/once-options.ts'
import type { OnceOptions, OnceResult, WorkContext } from './once/once-options.ts'
import { Corrections } from './corrections/corrections.ts'
import { Audit } from './oversight/audit.ts'
import { Feed } from './oversight/feed.ts'
import { Records } from './oversight/records.ts'
import { verifyAll } from './oversight/verify-all.ts'
import { AgentControl } from './runtime/agent-control.ts'
import { SavedAgents } from './runtime/saved-agents.ts'
import { ownState } from './space/shared-state.ts'
import type { SharedState } from './space/shared-state.ts'
import { Actor } from './space/actor.ts'
import type { ReadScope } from './space/read-scope.ts'
import type { StoredSpace } from './space/space.ts'
import type { GuardedWait } from './space/wait-graph.ts'
import type { WatchOptions } from './space/watch.ts'
import type { Change } from './store/change.ts'
import { Transactional } from './transactions/transactional.ts'
import type { LedgerReport } from './work/ledger-table.ts'
import type { Corruption } from './store/corruption.ts'
import { requireLabel } from './values/access.ts'
import type { Label, Principal } from './values/access.ts'
import { OptionError } from './values/errors.ts'
import { requireOptions } from './values/require-options.ts'

/** A principal's view of the memory. All access by agents, people and programs goes through a view. */
export class View extends Transactional {
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
  readonly corrections: Corrections
  readonly #space: StoredSpace
  readonly #actor: Actor
  readonly #once: ComputeOnce
  #agents: SavedAgents | undefined
  #control: AgentControl | undefined
  #records: Records | undefined
  #feed: Feed | undefined

  /** @internal */
  constructor(space: StoredSpace, principal: Principal, scope: ReadScope | undefined) {
    const actor = new Actor(space, principal, scope)
    super(space, actor)
    this.principal = principal
    this.facts = new Facts(space, actor)
    this.observations = new Observations(space, actor, 'observations')
    this.decisions = new Decisions(space, actor)
    this.learnings = new Learnings(space, actor, 'learnings')
    this.alerts = new Alerts(space, actor)
    this.claims = new Claims(space, actor)
    this.escalations = new Escalations(space, actor)
    this.objects = new Objects(space, actor)
    this.audit = new Audit(space, actor)
    this.corrections = new Corrections(space, actor)
    this.#space = space
    this.#actor = actor
    this.#once = new ComputeOnce(space, actor)
  }

  /** The records of all collections, for tools that browse the memory. */
  get records(): Records {
    return (this.#records ??= new Records(this.#space, this.#actor))
  }

  /** All changes to the memory in order, for observers such as dashboards. */
  get feed(): Feed {
    return (this.#feed ??= new Feed(this.#space, this.#actor))
  }

  /** Orders to running agents in any process, for principals with the right `control`. */
  get control(): AgentControl {
    return (this.#control ??= new AgentControl(this.#space, this.#actor))
  }

  /** The saved states and mailboxes of durable agents, for runtimes. */
  get agents(): SavedAgents {
    return (this.#agents ??= new SavedAgents(this.#space, this.#actor))
  }

  /**
   * Runs `work` once across all threads, processes and machines that share the memory.
   * If its result is stored or it is already running, the caller gets that result. If
   * the worker dies, another caller takes over.
   *
   * Only callers with equal clearances share results.
   *
   * @param key - Identifies the work, its version and all its inputs. Equal keys must imply equal results.
   * @param work - Resolves to a small JSON value. Put large results into `objects` and return their refs.
   * @throws errors of `work`; WorkError when it failed elsewhere while this caller waited for it.
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'reader' })
   * let calls = 0
   * const answers = await Promise.all([1, 2, 3].map(() => ann.once('answer/v1', async () => (calls += 1, 42))))
   * answers.map(({ value }) => value) // => [42, 42, 42]
   * calls // => 1
   * await memory.close()
   * ```
   */
  async once<T>(
    key: string,
    work: (context: WorkContext) => Promise<T> | T,
    options: OnceOptions = {},
  ): Promise<OnceResult<T>> {
    requireOptions('once', options, onceKinds)
    if (typeof work !== 'function') throw new OptionError('work', 'a function', work)
    return this.#once.run(key, work, options)
  }

  /**
   * Forgets the stored result of the work with this key, for all threads, processes and machines: the next caller runs
   * the work again. Running work continues, and its result is stored.
   *
   * Like results, this concerns callers with equal clearances. Records made from the result stay.
   *
   * @returns whether there was a result.
   * @throws OptionError, StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const ann = memory.as({ id: 'ann', role: 'reader' })
   * await ann.once('answer/v1', () => 41)
   * await ann.forgetWork('answer/v1') // => true
   * const { value } = await ann.once('answer/v1', () => 42)
   * value // => 42
   * await memory.close()
   * ```
   */
  forgetWork(key: string): Promise<boolean> {
    return this.#once.forget(key)
  }

  /**
   * The label for data derived from everything read through this view. Activities track
   * their reads, so there it is the joined label of what was read. Elsewhere it is the
   * principal's whole clearance.
   */
  get label(): Label {
    return this.#actor.label
  }

  /** Ids of the objects read through this view. Always empty outside activities, where reads are not tracked. */
  get readObjects(): readonly string[] {
    return this.#actor.scope?.objects ?? []
  }

  /** The current time by the store's clock, which all users of the memory share; Unix milliseconds. */
  now(): number {
    return this.#space.store.now()
  }

  /**
   * Waits for a promise on behalf of some work, for runtimes that make work wait: it
   * rejects when the work waits for itself, over all threads and processes.
   *
   * @throws DeadlockError; what the promise rejects with; the signal's reason.
   */
  waitFor<Result>(promise: Promise<Result>, wait: GuardedWait): Promise<Result> {
    return this.#actor.waits.during(promise, wait, this.#actor.audience)
  }

  /**
   * A small value that all threads and processes of the space can update atomically. It is public until an activity
   * that has read something sensitive changes it; then it is as sensitive as that.
   *
   * @param ttlMs - Time to live after the last change, in milliseconds.
   * @throws OptionError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const left = memory.as({ id: 'runtime', role: 'system' }).state<number>('left', 60_000)
   * const take = (): Promise<boolean> =>
   *   left.change((n = 2) => (n > 0 ? { state: n - 1, result: true } : { state: n, result: false }))
   * await Promise.all([take(), take(), take()]) // => [true, true, false]
   * await memory.close()
   * ```
   */
  state<State>(name: string, ttlMs: number): SharedState<State> {
    return ownState<State>(this.#space, this.#actor, name, ttlMs)
  }

  /**
   * Tells the view about a read of data with this label that came another way: from a file, or from another system.
   * Later writes of the view are at least as sensitive. Has no effect outside of activities.
   *
   * @throws OptionError when the level is unknown; AccessError when the label is above the clearance.
   */
  noteRead(label: Label): void {
    requireLabel('label', label)
    this.#actor.requireSight(label)
  }

  /** @internal What runtimes do with a view, see `view-parts.ts`. */
  static partsOf(view: View): { readonly space: StoredSpace; readonly actor: Actor; readonly once: ComputeOnce } {
    return { space: view.#space, actor: view.#actor, once: view.#once }
  }

  /**
   * Costs of work and savings from reuse, over all processes and runs, of work done with a clearance that this one covers.
   *
   * @throws StoreError, MissingKeyError
   */
  ledger(): Promise<LedgerReport> {
    this.#space.assertOpen()
    this.#actor.used(this.#actor.clearance)
    return this.#space.ledger(this.#actor.audience)
  }

  /**
   * Follows changes to the records whose `collection/id` starts with `prefix` (`''` for all), in order, without gaps.
   *
   * @throws OptionError; FeedTrimmedError when the feed no longer reaches back to `after`.
   */
  watch(prefix: string, options: WatchOptions = {}): AsyncGenerator<Change, void, undefined> {
    return this.#actor.watch(prefix, options)
  }

  /**
   * Verifies the whole space and yields everything that can't be read as it was
   * written: corrupt records and objects, gaps in the feed, and sealed data that does
   * not open. Other users can continue meanwhile.
   *
   * Requires the right `administer`. It ignores the principal's clearance, because the
   * label of a corrupt record can't be trusted either.
   *
   * @throws AccessError without the right; StoreError
   *
   * @example
   * ```ts
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const admin = memory.as({ id: 'ada', role: 'operator', rights: ['administer'] })
   * const corruptions = await Array.fromAsync(admin.verify())
   * corruptions // => []
   * await memory.close()
   * ```
   */
  verify(): AsyncGenerator<Corruption, void, undefined> {
    return verifyAll(this.#space, this.#actor)
  }
}

import { OptionError } from '@skein/memory'
import type { Memory, Principal } from '@skein/memory'
import type { AnyActorLogic, EventFromLogic, InputFrom } from 'xstate'

import { activityRefs } from './activities/activity-ref.ts'
import type { ActivitiesOf } from './activities/activity-ref.ts'
import { ActivityRunner } from './activities/activity-runner.ts'
import { AgentRuntime } from './agents/agent-runtime.ts'
import { AgentRef } from './agents/agent-ref.ts'
import type { AgentParts } from './agents/agent-parts.ts'
import { AgentRegistry } from './agents/agent-registry.ts'
import { TimerWheel } from './messages/timer-wheel.ts'
import type { AgentDefinition } from './machine/host.ts'
import { definitionOf } from './machine/machine-definition.ts'
import type { Message } from './messages/message.ts'
import { MessageRouter } from './agents/message-router.ts'
import { Questions } from './messages/questions.ts'
import { makeRole } from './agents/role.ts'
import type { Role, Route } from './agents/role.ts'
import { RunQueue } from './messages/run-queue.ts'
import type { FlockServices } from './agents/flock-services.ts'
import { DurableAgents } from './durable/durable-agents.ts'
import type { ResumeReport } from './durable/durable-agents.ts'
import type { DurableDefinition } from './durable/durable.ts'
import { systemClock } from './base/clock.ts'
import { untilQuiet } from './drain.ts'
import type { DrainReport } from './drain.ts'
import { FlockClosedError } from './errors.ts'
import { EventHub } from './events/event-hub.ts'
import { extractiveModel } from './extractive/extractive-model.ts'
import type { FlockEvent, FlockQueues, FlockStats } from './events/flock-events.ts'
import { resolveSpawn } from './flock-options.ts'
import type { FlockOptions, SpawnOptions } from './flock-options.ts'
import { Announcer } from './human/announcer.ts'
import { mapReduce } from './map-reduce.ts'
import type { MapReduceOptions, MapReduceResult } from './map-reduce.ts'
import { budgetScope } from './models/budget.ts'
import { resolveSupervision } from './supervision/supervision.ts'
import type { Decision, Failure } from './supervision/supervision.ts'
import { threadExecutor } from './activities/thread-executor.ts'

/**
 * Agents at work on one memory. Closes with `await using`; the memory stays open.
 */
export class Flock implements AsyncDisposable {
  readonly memory: Memory
  readonly #options: FlockOptions & Required<Pick<FlockOptions, 'executor'>>
  readonly #supervise: ((failure: Failure) => Decision) | undefined
  readonly #activities: ActivityRunner
  readonly #announcer: Announcer
  readonly #agents = new AgentRegistry()
  readonly #services: FlockServices
  readonly #durable: DurableAgents
  readonly #router: MessageRouter
  readonly #hub = new EventHub()
  #spawned = 0
  #isTakingIn = true
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(options: FlockOptions & Required<Pick<FlockOptions, 'executor' | 'model'>>) {
    const { memory, executor, model, clock = systemClock, supervision, notifiers = [] } = options
    const emit = (event: FlockEvent): void => this.#emit(event)
    this.memory = memory
    this.#options = options
    const budget = options.budget && budgetScope(options.budget, 'flock')
    this.#supervise = supervision && resolveSupervision(supervision)
    this.#activities = new ActivityRunner({
      memory,
      executor,
      modelId: model.id,
      budget,
      clock,
      stats: this.#hub.counts,
      emit,
    })
    this.#announcer = new Announcer(memory, notifiers, emit)
    this.#router = new MessageRouter(this.#agents, emit)
    this.#services = {
      memory,
      clock,
      scheduler: options.scheduler ?? RunQueue.by(clock),
      questions: new Questions(new TimerWheel(clock)),
      emit,
      announce: (escalation) => this.#announcer.announce(escalation),
      post: (from, to, message) => void this.#router.tell(from.memory, to, message),
    }
    this.#durable = new DurableAgents({
      memory,
      services: this.#services,
      admit: (cell) => this.#admit(cell),
      find: (id) => this.#agents.get(id),
    })
  }

  /**
   * Handles for the activities of a module, typed by it:
   * `flock.activities<typeof import('./report.ts')>(new URL('./report.ts', import.meta.url))`.
   * The module is only ever loaded in worker threads.
   */
  activities<Module>(url: URL): ActivitiesOf<Module> {
    return activityRefs<Module>(url.href, (module, name, input, options) =>
      this.#activities.run(module, name, input, options),
    )
  }

  /**
   * Starts an agent: what `agent()` or `behavior()` define, or any XState logic.
   *
   * @throws OptionError when the id is taken or a setting is out of range.
   * @throws FlockClosedError
   */
  spawn<Taken extends Message>(definition: AgentDefinition<Taken>, options?: SpawnOptions): AgentRef<Taken>
  spawn<Logic extends AnyActorLogic>(
    logic: Logic,
    options?: SpawnOptions & { readonly input?: InputFrom<Logic> },
  ): AgentRef<EventFromLogic<Logic>>
  spawn(what: AgentDefinition | AnyActorLogic, options: SpawnOptions = {}): AgentRef<never> {
    if (!this.#isTakingIn) throw new FlockClosedError()
    const parts = this.#parts(definitionOf(what), options)
    const { id } = parts.principal
    if (this.#agents.get(id)) throw new OptionError('id', 'an id that no running agent has', id)
    return this.#admit(new AgentRuntime(parts, this.#services)) as AgentRef<never>
  }

  /**
   * Starts a durable agent, or goes on with it if the memory has one of this
   * id; one that has ended there is shown as it ended. Resolves when its state
   * is stored.
   *
   * @throws AgentTakenError when it runs elsewhere; AgentVersionError, NotDurableError, OptionError, StoreError
   * @throws FlockClosedError
   */
  async spawnDurable<Taken extends Message>(
    definition: DurableDefinition<Taken>,
    options: SpawnOptions & { readonly id: string },
  ): Promise<AgentRef<Taken>> {
    if (!this.#isTakingIn) throw new FlockClosedError()
    const ref = await this.#durable.start(definition as DurableDefinition, this.#parts(definition, options))
    return ref as unknown as AgentRef<Taken> // What it takes, its definition says.
  }

  /**
   * Goes on with all durable agents of these definitions that the memory holds
   * and that run nowhere: after a crash those are free when their leases end.
   *
   * @param options - What all of them are spawned with; roles and clearances are those that they had.
   * @throws FlockClosedError, StoreError
   */
  async resume(
    definitions: readonly DurableDefinition<never>[],
    options: Pick<SpawnOptions, 'mailbox' | 'supervision'> = {},
  ): Promise<ResumeReport> {
    if (!this.#isTakingIn) throw new FlockClosedError()
    return this.#durable.resume(definitions as readonly DurableDefinition[], (definition, { id, role, label }) => {
      const clearance = { level: label.sensitivity, compartments: label.compartments }
      return this.#parts(definition, { ...options, id, role, clearance })
    })
  }

  /**
   * Posts a message to an agent by its id: one of this flock, or a durable one
   * with a durable mailbox, wherever it runs or will run.
   *
   * @param as - Whose message it is: its clearance is how sensitive the message is where it is stored.
   * @throws all that `post` of an agent throws; StoreError
   */
  async post(to: string, message: Message, as: Principal = { id: 'flock', role: 'flock' }): Promise<void> {
    await this.#router.post(this.memory.as(as), to, message)
  }

  /** A running agent by its id. The caller says what it takes; an agent refuses what it does not. */
  agent<Taken extends Message = Message>(id: string): AgentRef<Taken> | undefined {
    return this.#agents.get(id) as AgentRef<Taken> | undefined
  }

  /**
   * The running agents of a role, as one; the caller says what they take, each refuses what it does not.
   *
   * @param options.route - Which of them gets a message; the least busy one unless told.
   * @throws OptionError
   */
  role<Taken extends Message = Message>(name: string, options: { readonly route?: Route<Taken> } = {}): Role<Taken> {
    const list = (): readonly AgentRef<Taken>[] => this.#agents.ofRole(name) as unknown as readonly AgentRef<Taken>[]
    return makeRole(name, list, options.route ?? 'least-busy', (agents, message) =>
      this.#router.publish(agents, message),
    )
  }

  /** Sends a message to every agent that takes it; returns to how many. What one refuses becomes a dead letter. */
  publish(message: Message): number {
    return this.#router.publish(this.#agents.all(), message)
  }

  /**
   * Maps inputs to notes and merges these to one; see {@link mapReduce}.
   *
   * @throws MapReduceError, FlockClosedError
   */
  async mapReduce<Input, Note>(options: MapReduceOptions<Input, Note>): Promise<MapReduceResult<Note>> {
    if (this.#closing) throw new FlockClosedError()
    return mapReduce(options)
  }

  /** Calls back on everything that happens in the flock; returns how to stop that. */
  on(listener: (event: FlockEvent) => void): () => void {
    return this.#hub.on(listener)
  }

  /** What happened since the flock was created. */
  stats(): FlockStats {
    return { ...this.#hub.counts }
  }

  /** What waits at this moment; counted when it is asked for, agent by agent. */
  queues(): FlockQueues {
    return { messages: this.#agents.waiting, activities: this.#options.executor.waiting }
  }

  #parts(definition: AgentDefinition<never>, options: SpawnOptions): AgentParts {
    return resolveSpawn(definition as AgentDefinition, options, this.#supervise, () => (this.#spawned += 1))
  }

  #admit(cell: AgentRuntime): AgentRef {
    const ref = new AgentRef(cell, this.#services.questions)
    const { id, role } = cell.principal
    this.#agents.add(ref)
    const { parent } = cell.parts
    if (parent) cell.ending.on(parent.ending.on(() => cell.end({ type: 'stopped' })))
    this.#hub.emit({ type: 'agent.spawned', agent: id, role })
    cell.start()
    return ref
  }

  #emit(event: FlockEvent): void {
    if (event.type === 'agent.ended') this.#agents.remove(event.agent)
    this.#hub.emit(event)
  }

  /**
   * Closes the flock when its work is done: takes in no new agents, waits until
   * no message, question or activity is under way, aborts what is not done in
   * time, stores durable agents, and tells what was left.
   *
   * @param options - How long to wait (`timeoutMs`), in milliseconds; 30 s unless told.
   */
  async drain({ timeoutMs = 30_000 }: { readonly timeoutMs?: number } = {}): Promise<DrainReport> {
    this.#isTakingIn = false
    const draining = { busy: () => this.#agents.busy(), running: () => this.#activities.running }
    const report = await untilQuiet(draining, this.#services.clock, timeoutMs)
    await this.close()
    return report
  }

  /** Stops every agent and ends the worker threads. Twice does no harm. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#isTakingIn = false
    this.#activities.close()
    const starting = this.#durable.close()
    const cells = this.#agents.all().map((ref) => AgentRef.runtimeOf(ref))
    for (const cell of cells) cell.end({ type: 'stopped' })
    await Promise.all([starting, this.#announcer.close(), ...cells.map((cell) => cell.ending.stored)])
    await this.#options.executor[Symbol.asyncDispose]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * Makes a flock on an open memory.
 *
 * @throws OptionError when the number of threads is out of range.
 *
 * @example
 * ```ts no-run
 * import { agent, createFlock } from '@skein/core'
 * import { openMemory } from '@skein/memory'
 * import { sqliteStore } from '@skein/sqlite'
 *
 * await using memory = await openMemory({ store: sqliteStore('flock.db') })
 * await using flock = await createFlock({ memory, threads: 4 })
 * const report = flock.activities<typeof import('./report.ts')>(new URL('./report.ts', import.meta.url))
 * const summarizer = flock.spawn(agent({ role: 'summarizer', on: { summarize: report.summarize } }))
 * const note = await summarizer.ask({ type: 'summarize', input: part }, { timeoutMs: 30_000 })
 * ```
 */
export async function createFlock(options: FlockOptions): Promise<Flock> {
  const { memory, model = extractiveModel(), threads } = options
  const executor = options.executor ?? threadExecutor(memory, model, threads === undefined ? {} : { threads })
  return new Flock({ ...options, model, executor })
}

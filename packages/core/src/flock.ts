import type { Principal } from '@skein/memory'
import { requireDuration, requireOptions } from '@skein/memory/runtime'
import type { Costs, Unsubscribe } from '@skein/memory/runtime'

import type { Executor } from './activities/executor.ts'
import type { AgentRef } from './agents/agent-ref.ts'
import { AgentRegistry } from './agents/agent-registry.ts'
import type { FlockServices } from './agents/flock-services.ts'
import { MessageRouter } from './agents/message-router.ts'
import { makeRole } from './agents/role.ts'
import type { Role, Route } from './agents/role.ts'
import type { SpawnOptions } from './agents/spawn-options.ts'
import { systemClock } from './base/clock.ts'
import type { Clock } from './base/clock.ts'
import { untilQuiet } from './drain.ts'
import type { DrainReport } from './drain.ts'
import type { ResumeReport, WaitOptions } from './durable/durable-agents.ts'
import type { AnyDurable, DurableDefinition, RefOf } from './durable/durable.ts'
import { EventHub } from './events/event-hub.ts'
import type { FlockEvent, FlockEventOf, FlockEventType } from './events/flock-events.ts'
import type { FlockQueues, FlockStats } from './events/flock-stats.ts'
import { FlockAgents } from './flock-agents.ts'
import type { FlockOptions } from './flock-options.ts'
import { FlockWork } from './flock-work.ts'
import type { AgentHost } from './hosting/agent-host.ts'
import type { HostedOptions } from './hosting/create-hosted.ts'
import type { HostOptions } from './hosting/host-options.ts'
import type { HostedAgent } from './hosting/hosted-agent.ts'
import { OrderDesk } from './order-desk.ts'
import { untilUnpaused } from './agents/until-unpaused.ts'
import { Announcer } from './human/announcer.ts'
import { budgetScope } from './limits/budget.ts'
import type { AgentDefinition } from './machine/host.ts'
import type { AnyLogic, LogicEvent, LogicInput, LogicOutput, LogicSnapshot } from './machine/logic.ts'
import type { Message } from './messages/message.ts'
import { Questions } from './messages/questions.ts'
import { RunQueue } from './messages/run-queue.ts'
import { TimerWheel } from './messages/timer-wheel.ts'
import { flockFigures } from './events/flock-figures.ts'

/**
 * Agents at work on one memory. Closes with `await using`; the memory stays open.
 */
export class Flock extends FlockWork implements AsyncDisposable {
  readonly #clock: Clock
  readonly #executor: Executor
  readonly #announcer: Announcer
  readonly #registry: AgentRegistry
  readonly #agents: FlockAgents
  readonly #router: MessageRouter
  readonly #hub: EventHub
  readonly #orders: OrderDesk
  readonly #stopObserving: Unsubscribe
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(options: FlockOptions & Required<Pick<FlockOptions, 'model'>> & { readonly executor: Executor }) {
    const { memory, executor, model, clock = systemClock, scheduler = RunQueue.by(clock) } = options
    const registry = new AgentRegistry()
    const hub = new EventHub()
    const emit = (event: FlockEvent): void => {
      if (event.type === 'agent.ended') registry.remove(event.agent)
      hub.emit(event)
    }
    const ofFlock = options.budget === undefined ? [] : [budgetScope(options.budget, 'flock')]
    // The model of a worker elsewhere has other settings: this one's budget goes there with each activity.
    const budgets = model.settings?.budget === undefined ? ofFlock : [model.settings.budget, ...ofFlock]
    const count = (costs: Costs): void => hub.count(costs)
    const whenUnpaused = (agent: string, signal?: AbortSignal): Promise<void> | undefined =>
      untilUnpaused(registry, agent, signal)
    super({ memory, executor, modelId: model.id, budgets, clock, emit, count, whenUnpaused }, model)
    this.#hub = hub
    this.#registry = registry
    const questions = new Questions(new TimerWheel(clock), options.askTimeoutMs)
    const announcer = new Announcer(memory, options.notifiers ?? [], emit)
    const router = new MessageRouter(registry, memory.tracing, emit)
    const services: FlockServices = {
      memory,
      clock,
      scheduler,
      questions,
      get hearsMoves() {
        return hub.hearsMoves
      },
      emit,
      announce: (escalation) => announcer.announce(escalation),
      tell: (from, to, message) => void router.tell(from, to, message),
    }
    this.#clock = clock
    this.#executor = executor
    this.#announcer = announcer
    this.#router = router
    this.#agents = new FlockAgents(services, registry, options.supervision)
    this.#orders = new OrderDesk(memory, registry, this.runner)
    this.#stopObserving = memory.tracing.observe(flockFigures(this))
  }

  /**
   * Starts an agent: a definition by `agent()` or `behavior()`, or any XState logic.
   *
   * @throws OptionError when the id is taken or a setting is out of range.
   */
  spawn<Taken extends Message, Output, Snapshot>(
    definition: AgentDefinition<Taken, Output, Snapshot>,
    options?: SpawnOptions,
  ): AgentRef<Taken, Output, Snapshot>
  spawn<Logic extends AnyLogic>(
    logic: Logic,
    options?: SpawnOptions & { readonly input?: LogicInput<Logic> },
  ): AgentRef<LogicEvent<Logic>, LogicOutput<Logic>, LogicSnapshot<Logic>>
  spawn(what: AgentDefinition<never> | AnyLogic, options: SpawnOptions = {}): AgentRef<never, unknown, unknown> {
    return this.#agents.spawn(what, options) as AgentRef<never, unknown, unknown>
  }

  /**
   * Starts a durable agent, or resumes the one that the memory has under this id; an agent that has ended only shows
   * how it ended. Resolves when its state is stored.
   *
   * @throws AgentTakenError when it runs elsewhere; AgentMisfitError, AgentVersionError when the definition can't
   * continue from what is saved; NotDurableError, OptionError, StoreError
   */
  async spawnDurable<Taken extends Message, Output, Snapshot>(
    definition: DurableDefinition<Taken, Output, Snapshot>,
    options: SpawnOptions & WaitOptions & { readonly id: string },
  ): Promise<AgentRef<Taken, Output, Snapshot>> {
    // What runs agents takes definitions of any messages.
    const ref = await this.#agents.spawnDurable(definition as unknown as DurableDefinition<never>, options)
    return ref as unknown as AgentRef<Taken, Output, Snapshot> // Its definition says what it takes.
  }

  /**
   * Resumes all durable agents of these definitions that the memory holds and that run nowhere. Agents of a process
   * that has ended on this machine (Linux) are free at once, others when their lease ends. With `wait`, the promise
   * resolves when each agent has been resumed or refused, or the signal has aborted. Meanwhile those run that are free.
   *
   * @param options - For all of them; each keeps its role and clearance.
   */
  resume<Definition extends AnyDurable>(
    definitions: readonly Definition[],
    options: Pick<SpawnOptions, 'mailbox' | 'supervision'> & WaitOptions = {},
  ): Promise<ResumeReport<RefOf<Definition>>> {
    return this.#agents.resume(definitions as readonly never[], options) as Promise<ResumeReport<never>>
  }

  /**
   * Hosts the durable agents of these definitions, together with all processes that do the same: each agent runs on one
   * of them. When a host dies, others take its agents over within a lease; when one joins, idle agents move to it.
   * Resolves when this process is one of them.
   *
   * @throws OptionError when a definition has no durable mailbox, or a setting is out of range; StoreError
   */
  host(definitions: readonly AnyDurable[], options: HostOptions = {}): Promise<AgentHost> {
    return this.#agents.host(definitions as readonly never[], options)
  }

  /**
   * Creates a durable agent that a host runs: this process or another one, now or later. Does nothing if the memory has
   * an agent under this id. Resolves to a handle of it when it is stored.
   *
   * @throws OptionError when the definition has no durable mailbox, or a setting is out of range; NotDurableError when
   * the input can't be stored; StoreError
   */
  async spawnHosted<Taken extends Message, Output, Snapshot>(
    definition: DurableDefinition<Taken, Output, Snapshot>,
    options: HostedOptions,
  ): Promise<HostedAgent<Taken>> {
    // As for `spawnDurable`: what runs agents takes definitions of any messages.
    return (await this.#agents.spawnHosted(definition as unknown as DurableDefinition<never>, options)) as never
  }

  /**
   * A handle of a hosted agent, wherever it runs.
   *
   * @throws OptionError when the definition has no durable mailbox.
   */
  hosted<Taken extends Message, Output, Snapshot>(
    definition: DurableDefinition<Taken, Output, Snapshot>,
    id: string,
  ): HostedAgent<Taken> {
    // As above.
    return this.#agents.hosted(definition as unknown as DurableDefinition<never>, id) as never
  }

  /**
   * Posts a message to an agent by its id: one of this flock, or a durable one
   * with a durable mailbox, wherever it runs or will run.
   *
   * @param as - The sender. A stored message is as sensitive as the sender's clearance.
   * @throws what `post` of an agent throws; StoreError
   */
  async post(to: string, message: Message, as: Principal = { id: 'flock', role: 'flock' }): Promise<void> {
    await this.#router.post(this.memory.as(as), to, message)
  }

  /** The running agents, in the order in which they were spawned. */
  get agents(): readonly AgentRef[] {
    return this.#registry.all()
  }

  /** A running agent by its id. The caller states which messages it takes; the agent refuses others. */
  agent<Taken extends Message = Message>(id: string): AgentRef<Taken> | undefined {
    return this.#registry.get(id) as AgentRef<Taken> | undefined
  }

  /**
   * The running agents of a role, addressed as one. The caller states which messages they take; each refuses others.
   *
   * @param options.route - Which of them gets a message; by default the least busy one.
   * @throws OptionError
   */
  role<Taken extends Message = Message>(name: string, options: { readonly route?: Route<Taken> } = {}): Role<Taken> {
    // The caller declares the messages; each agent refuses those that it does not take.
    const list = (): readonly AgentRef<Taken>[] => this.#registry.ofRole(name) as unknown as readonly AgentRef<Taken>[]
    const { route = 'least-busy' } = requireOptions('role', options, { route: 'any' })
    return makeRole(name, list, route, (agents, message) => this.#router.publish(agents, message))
  }

  /** Sends a message to every agent that takes it; returns to how many. A refused message becomes a dead letter. */
  publish(message: Message): number {
    return this.#router.publish(this.#registry.all(), message)
  }

  /**
   * Calls back on everything that happens in the flock, or on one kind of event.
   * A listener that throws becomes a warning of the process and affects nothing else.
   *
   * @returns a function that stops the listener.
   *
   * @example
   * ```ts
   * import { behavior, createFlock } from '@skein/core'
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const flock = await createFlock({ memory })
   * const seen: string[] = []
   * flock.on(({ type }) => seen.push(type))
   * flock.on('message.deadLettered', ({ reason }) => seen.push(reason))
   *
   * const door = flock.spawn(behavior({ role: 'door', initial: 0, receive: (n: number, _: { type: 'knock' }) => n + 1 }))
   * door.send({ type: 'knock' })
   * door.stop()
   * seen // => ['agent.spawned', 'message.deadLettered', 'agent ended', 'agent.ended']
   * await flock.close()
   * await memory.close()
   * ```
   */
  on(listener: (event: FlockEvent) => void): Unsubscribe
  on<Type extends FlockEventType>(type: Type, listener: (event: FlockEventOf<Type>) => void): Unsubscribe
  on(first: FlockEventType | ((event: FlockEvent) => void), second?: (event: never) => void): Unsubscribe {
    return typeof first === 'function' ? this.#hub.on('*', first) : this.#hub.on(first, second as () => void)
  }

  /** Counts of events since the flock was created. */
  stats(): FlockStats {
    return this.#hub.stats(this.#executor.utilization)
  }

  /** The current lengths of the queues; each call counts agent by agent. */
  queues(): FlockQueues {
    return { messages: this.#registry.waiting, activities: this.#executor.waiting }
  }

  /**
   * Closes the flock when its work is done: accepts no new agents, waits until no messages, questions or activities
   * are left, aborts unfinished work when the time is over, and stores durable agents.
   *
   * @param options - `timeoutMs`: how long to wait, in milliseconds; 30,000 by default.
   * @returns what was left.
   * @throws OptionError
   */
  async drain(options: { readonly timeoutMs?: number } = {}): Promise<DrainReport> {
    const { timeoutMs = 30_000 } = requireOptions('drain', options, { timeoutMs: 'any' })
    requireDuration('timeoutMs', timeoutMs, 0)
    this.#agents.stopAccepting()
    const draining = { busy: () => this.#registry.busy(), running: () => this.runner.running }
    const report = await untilQuiet(draining, this.#clock, timeoutMs)
    await this.close()
    return report
  }

  /** Stops every agent and ends the worker threads. Calling it twice does no harm. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#stopObserving()
    this.#orders.close()
    this.runner.close()
    await Promise.all([this.#agents.close(), this.#announcer.close(), this.inline.close()])
    await this.#executor[Symbol.asyncDispose]()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

import { hash } from 'node:crypto'

import { encodeJson, OptionError } from '@skein/memory'
import type { Clearance, HostMemory, Principal, View, WorkContext } from '@skein/memory'
import type { AnyActorLogic, AnyActorRef } from 'xstate'

import { activityRefs } from './activity-ref.ts'
import type { ActivitiesOf, RunActivityOptions } from './activity-ref.ts'
import { AgentRef } from './agent-ref.ts'
import type { AskOptions, MessageTo, OutputOf } from './agent-ref.ts'
import type { Abilities, AgentDefinition } from './agent.ts'
import { FlockClosedError, UnknownActivityError } from './errors.ts'
import type { ActivityOutcome, ActivityUsage, Executor } from './executor.ts'
import { extractiveModel } from './extractive/extractive-model.ts'
import type { FlockEvent, FlockStats } from './flock-events.ts'
import type { MailboxOptions } from './mailbox.ts'
import { mapReduce } from './map-reduce.ts'
import type { MapReduceOptions, MapReduceResult } from './map-reduce.ts'
import type { Model } from './model.ts'
import { RunQueue } from './run-queue.ts'
import { warn } from './warn.ts'
import { threadExecutor } from './thread-executor.ts'

/** Options of {@link createFlock}. */
export interface FlockOptions {
  /** What the agents share. It stays open when the flock closes. */
  readonly memory: HostMemory
  /**
   * Worker threads for each kind of activity.
   *
   * @defaultValue the number of processors
   */
  readonly threads?: number
  /** @defaultValue the built-in extractive model */
  readonly model?: Model
  /** Runs the activities; worker threads unless told. It is closed with the flock. */
  readonly executor?: Executor
}

/** How to spawn an agent. */
export interface SpawnOptions {
  /** @defaultValue its role and a number */
  readonly id?: string
  /** @defaultValue the definition's role */
  readonly role?: string
  /** @defaultValue public records outside every compartment */
  readonly clearance?: Clearance
  /** The machine's input. */
  readonly input?: unknown
  readonly mailbox?: MailboxOptions
}

/** All agents of one role, asked as one. */
export interface Role<Can extends Abilities = Abilities> {
  readonly agents: readonly AgentRef<Can>[]
  /** Asks the least busy one. @throws OptionError when there is none; and all that `ask` of an agent throws. */
  ask<Message extends MessageTo<Can>>(
    message: Message,
    options?: AskOptions,
  ): Promise<OutputOf<Can[Message['type'] & keyof Can]>>
}

/** What a shared activity's work record keeps. */
interface SharedOutcome {
  readonly output: unknown
  readonly usage: ActivityUsage
}

/**
 * Agents at work on one memory. Closes with `await using`; the memory stays open.
 */
export class Flock implements AsyncDisposable {
  readonly memory: HostMemory
  readonly #executor: Executor
  readonly #model: Model
  readonly #queue = new RunQueue()
  readonly #agents = new Map<string, AgentRef>()
  readonly #systems = new WeakMap<AnyActorRef['system'], { principal: Principal; signal: AbortSignal }>()
  readonly #listeners = new Set<(event: FlockEvent) => void>()
  readonly #stats: { -readonly [Name in keyof FlockStats]: number } = {
    activities: 0,
    reusedActivities: 0,
    modelCalls: 0,
    reusedCalls: 0,
    inputTokens: 0,
    outputTokens: 0,
    savedTokens: 0,
    savedMs: 0,
    deadMessages: 0,
  }
  #spawned = 0
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(memory: HostMemory, model: Model, executor: Executor) {
    this.memory = memory
    this.#model = model
    this.#executor = executor
  }

  /**
   * Handles for the activities of a module, typed by it:
   * `flock.activities<typeof import('./report.ts')>(new URL('./report.ts', import.meta.url))`.
   * The module is only ever loaded in worker threads.
   */
  activities<Module>(url: URL): ActivitiesOf<Module> {
    return activityRefs<Module>(
      url.href,
      (module, name, input, options) => this.#run(module, name, input, options),
      (system) => this.#systems.get(system),
    )
  }

  /**
   * Starts an agent: any XState logic, or what `agent()` defines.
   *
   * @throws OptionError when the id is taken or a setting is out of range.
   * @throws FlockClosedError
   */
  spawn<Can extends Abilities>(
    definition: AgentDefinition<Can> | AnyActorLogic,
    options: SpawnOptions = {},
  ): AgentRef<Can> {
    if (this.#closing) throw new FlockClosedError()
    const isDefinition = 'logic' in definition
    const role = options.role ?? (isDefinition ? (definition as AgentDefinition<Can>).role : 'agent')
    const id = options.id ?? `${role}-${(this.#spawned += 1)}`
    if (this.#agents.has(id)) throw new OptionError('id', 'an id that no running agent has', id)
    const principal: Principal = { id, role, ...(options.clearance && { clearance: options.clearance }) }
    const agent = new AgentRef<Can>({
      logic: isDefinition ? (definition as AgentDefinition<Can>).logic : (definition as AnyActorLogic),
      input: options.input,
      principal,
      memory: this.memory.as(principal),
      mailbox: options.mailbox ?? {},
      queue: this.#queue,
      emit: (event) => this.#emit(event),
      register: (system, owner) => this.#systems.set(system, owner),
    })
    // What an agent can be asked is known to its holder alone; the registry holds agents of all kinds.
    this.#agents.set(id, agent as unknown as AgentRef)
    this.#emit({ type: 'agent.spawned', agent: id, role })
    agent.start()
    return agent
  }

  /** The running agents of a role, to be asked as one. */
  role<Can extends Abilities = Abilities>(role: string): Role<Can> {
    // The caller says what agents of the role can do; an agent refuses what its machine does not take.
    const agents = [...this.#agents.values()].filter((agent) => agent.role === role) as unknown as AgentRef<Can>[]
    return {
      agents,
      ask: async (message, options) => {
        if (agents.length === 0) throw new OptionError('role', 'the role of a running agent', role)
        const idlest = agents.reduce((best, agent) => (agent.load < best.load ? agent : best))
        return idlest.ask(message, options)
      },
    }
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
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** What happened since the flock was created. */
  stats(): FlockStats {
    return { ...this.#stats }
  }

  async #run(module: string, name: string, input: unknown, options: RunActivityOptions): Promise<unknown> {
    if (this.#closing) throw new FlockClosedError()
    const principal = options.as ?? flockPrincipal
    const about = { activity: name, agent: principal.id }
    try {
      const { digest, activities } = await this.#executor.describe(module, options.signal)
      const described = activities[name]
      if (!described) throw new UnknownActivityError(module, name, Object.keys(activities))
      const execute = (signal: AbortSignal | undefined): Promise<ActivityOutcome> => {
        this.#emit({ type: 'activity.started', ...about })
        const onProgress = (value: unknown): void => {
          this.#emit({ type: 'activity.progress', ...about, value })
          options.onProgress?.(value)
        }
        return this.#executor.run({ module, name, kind: described.kind, input, principal }, { signal, onProgress })
      }
      if (!described.shared) return this.#done(about, await execute(options.signal)).output
      const key = `activity/${name}@${described.version}/${digestOf([digest, name, described.version, this.#model.id, input ?? null])}`
      return await this.#runShared(about, this.memory.as(principal), key, execute, options.signal)
    } catch (error) {
      this.#emit({ type: 'activity.failed', ...about, error })
      throw error
    }
  }

  async #runShared(
    about: { activity: string; agent: string },
    view: View,
    key: string,
    execute: (signal: AbortSignal) => Promise<ActivityOutcome>,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const work = async (context: WorkContext): Promise<SharedOutcome> => {
      const outcome = await execute(context.signal)
      const { output, usage } = this.#done(about, outcome)
      context.spend(usage.inputTokens + usage.outputTokens)
      context.took(outcome.durationMs)
      return { output, usage }
    }
    const { value, reused, durationMs } = await view.once(key, work, signal ? { signal } : {})
    if (reused) {
      this.#stats.reusedActivities += 1
      this.#stats.savedMs += durationMs
      this.#stats.reusedCalls += value.usage.modelCalls
      this.#stats.savedTokens += value.usage.inputTokens + value.usage.outputTokens
      this.#emit({ type: 'activity.reused', ...about, savedMs: durationMs })
    }
    return value.output
  }

  #done(about: { activity: string; agent: string }, outcome: ActivityOutcome): ActivityOutcome {
    const { usage, durationMs, worker } = outcome
    this.#stats.activities += 1
    for (const name of ['modelCalls', 'reusedCalls', 'savedTokens', 'inputTokens', 'outputTokens'] as const) {
      this.#stats[name] += usage[name]
    }
    this.#emit({ type: 'activity.done', ...about, durationMs, worker, usage })
    return outcome
  }

  #emit(event: FlockEvent): void {
    if (event.type === 'agent.ended') this.#agents.delete(event.agent)
    if (event.type === 'message.dead') this.#stats.deadMessages += 1
    // One listener's fault is its own: it must not fail what it was told of.
    for (const listener of this.#listeners) {
      try {
        listener(event)
      } catch (error) {
        warn(error)
      }
    }
  }

  /** Stops every agent and ends the worker threads. Twice does no harm. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    for (const agent of this.#agents.values()) agent.stop()
    await this.#executor[Symbol.asyncDispose]()
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
  return new Flock(memory, model, executor)
}

const flockPrincipal: Principal = { id: 'flock', role: 'flock' }

function digestOf(inputs: readonly unknown[]): string {
  return hash('sha256', encodeJson(inputs), 'hex')
}

import { OptionError } from '@skein/memory'
import type { Claim, Memory, View } from '@skein/memory'
import { warn } from '@skein/memory/runtime'
import type { AgentDescription, SavedAgent, SavedAgentSummary } from '@skein/memory/runtime'

import type { AgentParts } from '../agents/agent-parts.ts'
import { AgentRef } from '../agents/agent-ref.ts'
import { AgentRuntime } from '../agents/agent-runtime.ts'
import type { FlockServices } from '../agents/flock-services.ts'
import { FlockClosedError } from '../base/flock-closed-error.ts'
import { chartOfLogic } from '../machine/state-chart.ts'
import type { Outcome } from '../owner/state-persister.ts'
import type { AgentFeed } from './agent-feed.ts'
import { AgentMisfitError, AgentTakenError } from './durable-errors.ts'
import { DurablePersister } from './durable-persister.ts'
import type { DurableDefinition } from './durable.ts'
import { descriptionId } from './saved-position.ts'
import { endedHost } from './ended-host.ts'
import { fitSaved } from './fit-saved.ts'
import { loadOutcome } from './saved-form.ts'
import type { SavedForm } from './saved-form.ts'

/** The outcome of resuming the durable agents of a memory. */
export interface ResumeReport<Ref = AgentRef> {
  /** Agents that run here now. */
  readonly resumed: readonly Ref[]
  /** Ids of agents that run elsewhere, or did until a moment ago, or that another call is about to start here. */
  readonly taken: readonly string[]
  /** Agents that could not be resumed, and why. */
  readonly refused: readonly { readonly id: string; readonly error: unknown }[]
}

/** What to do about agents that another process holds, or held until a moment ago. */
export interface WaitOptions {
  /**
   * Whether to wait until they are free: when that process releases them, or when their leases end. What a process of
   * this machine held is free when that process has ended (Linux).
   *
   * @defaultValue false
   */
  readonly wait?: boolean
  /** Ends the wait. */
  readonly signal?: AbortSignal
}

/** What durable agents need of their flock. */
export interface DurableParts {
  readonly memory: Memory
  readonly feed: AgentFeed
  readonly services: FlockServices
  /** Adds an agent to the flock and starts it. */
  readonly admit: (runtime: AgentRuntime) => AgentRef
  readonly find: (id: string) => AgentRef | undefined
}

/** A durable agent that runs here. */
export interface RunningAgent {
  readonly ref: AgentRef
  /** The name of its definition. */
  readonly definition: string
}

/** Settles what a saved agent is made of. */
export type PartsOf = (definition: DurableDefinition, saved: SavedAgentSummary) => AgentParts

/** The durable agents of a flock: starts and resumes them, and brings them their mail. */
export class DurableAgents {
  readonly #parts: DurableParts
  /** Of the agents with a durable mailbox. */
  readonly #persisters = new Map<string, DurablePersister>()
  readonly #starting = new Map<Promise<AgentRef | undefined>, string>()
  readonly #closing = new AbortController()
  readonly #described = new Set<string>()
  #stopMail: (() => void) | undefined

  constructor(parts: DurableParts) {
    this.#parts = parts
  }

  /** Starts an agent, or resumes it where it is saved; one that has ended only shows how it ended. */
  async start(definition: DurableDefinition, agent: AgentParts, wait: WaitOptions = {}): Promise<AgentRef> {
    return (await this.#tracked(agent, this.#start(definition, agent, wait))) as AgentRef
  }

  /** Resumes all saved agents of these definitions that run nowhere. */
  async resume(definitions: readonly DurableDefinition[], partsOf: PartsOf, wait?: WaitOptions): Promise<ResumeReport> {
    return this.resumeThese(await this.#parts.feed.view.agents.list({ status: 'active' }), definitions, partsOf, wait)
  }

  /** Resumes those of these saved agents that have one of the definitions and run nowhere. */
  async resumeThese(
    saved: readonly SavedAgentSummary[],
    definitions: readonly DurableDefinition[],
    partsOf: PartsOf,
    wait: WaitOptions = {},
  ): Promise<ResumeReport> {
    const byName = new Map(definitions.map((definition) => [definition.durable.name, definition]))
    const starting = new Set(this.#starting.values())
    const outcomes = await Promise.all(
      saved
        .filter(({ id, definition }) => byName.has(definition) && !this.#parts.find(id))
        .map(async (one) => {
          const { id } = one
          if (starting.has(id)) return { id, isTaken: true }
          try {
            const definition = byName.get(one.definition) as DurableDefinition
            const agent = partsOf(definition, one)
            const ref = await this.#tracked(agent, this.#start(definition, agent, { ...wait, isSaved: true }))
            if (ref) this.#parts.services.emit({ type: 'agent.resumed', agent: id, role: one.role })
            return { id, ref }
          } catch (error) {
            const isTaken = error instanceof AgentTakenError || (wait.signal?.aborted && error === wait.signal.reason)
            return { id, error, isTaken }
          }
        }),
    )
    return {
      resumed: outcomes.flatMap(({ ref }) => (ref ? [ref] : [])),
      taken: outcomes.filter(({ isTaken }) => isTaken).map(({ id }) => id),
      refused: outcomes.flatMap(({ id, error, isTaken }) => (error === undefined || isTaken ? [] : [{ id, error }])),
    }
  }

  /** Those that run here and have a durable mailbox, each with the name of its definition. */
  running(): readonly RunningAgent[] {
    return [...this.#persisters].flatMap(([id, { definition }]) => {
      const ref = this.#parts.find(id)
      return ref ? [{ ref, definition }] : []
    })
  }

  /** Waits no more for agents that another process holds. */
  stopWaiting(): void {
    this.#closing.abort(new FlockClosedError())
  }

  /** Starts no more; resolves when those that were being started have started or failed to. */
  async close(): Promise<void> {
    this.stopWaiting()
    this.#stopMail?.()
    await Promise.allSettled(this.#starting.keys())
  }

  #tracked(agent: AgentParts, started: Promise<AgentRef | undefined>): Promise<AgentRef | undefined> {
    const tracked = started.finally(() => this.#starting.delete(tracked))
    this.#starting.set(tracked, agent.principal.id)
    return tracked
  }

  /** @param how.isSaved - Whether only to resume it: `undefined` when it has ended or is gone. */
  async #start(
    definition: DurableDefinition,
    agent: AgentParts,
    { isSaved = false, ...wait }: WaitOptions & { readonly isSaved?: boolean },
  ): Promise<AgentRef | undefined> {
    const { id } = agent.principal
    if (this.#parts.find(id)) throw new OptionError('id', 'an id that no running agent has', id)
    const view = this.#parts.memory.as(agent.principal)
    const claim = await this.#claim(view, definition, wait)
    try {
      const found = await this.#load(view, definition)
      const form = found?.state as SavedForm | undefined
      // Closing the flock ends the agents that it has by then: one more would run on, and fail without threads.
      this.#closing.signal.throwIfAborted()
      if (form?.outcome || (isSaved && !form)) {
        await claim.release()
        return form?.outcome && !isSaved ? this.#showEnded(agent, loadOutcome(form.outcome)) : undefined
      }
      const saved = form && fitSaved(id, definition, form).saved
      const input = form ? form.input : agent.input
      const persister = new DurablePersister({
        view,
        definition,
        claim,
        input,
        version: found?.version ?? 0,
        saved,
        isPaused: found?.isPaused ?? false,
        describes: this.#toDescribe(definition),
        findVolatile: (other) => (this.#persisters.has(other) ? undefined : this.#parts.find(other)),
      })
      // Earlier versions did not save what it had read: anything that it was cleared for.
      const label = form && (form.label ?? found?.label)
      const parts = { ...agent, definition, input, persister, saved, label, isPaused: found?.isPaused ?? false }
      return await this.#run(parts, persister, definition.durable.mailbox === 'durable')
    } catch (error) {
      await claim.release().catch(warn)
      throw error
    }
  }

  async #claim(view: View, { durable }: DurableDefinition, { wait = false, signal }: WaitOptions): Promise<Claim> {
    const { id } = view.principal
    const { signal: closing } = this.#closing
    const until = wait ? { wait, signal: signal ? AbortSignal.any([signal, closing]) : closing } : { wait }
    const claim = await view.claims.claim(`agent/${id}`, { leaseMs: durable.leaseMs, ...until })
    if (!claim) throw new AgentTakenError(id)
    return claim
  }

  async #load(view: View, { durable }: DurableDefinition): Promise<SavedAgent | undefined> {
    const found = await view.agents.load()
    if (found && found.definition !== durable.name) {
      throw new OptionError('id', `an id that no agent of another definition ("${found.definition}") has`, found.id)
    }
    return found
  }

  async #run(parts: AgentParts, persister: DurablePersister, hasMail: boolean): Promise<AgentRef> {
    const runtime = new AgentRuntime(parts, this.#parts.services)
    if (parts.saved !== undefined) requireRestored(runtime)
    if (hasMail) {
      this.#persisters.set(runtime.id, persister)
      runtime.ending.on(() => this.#persisters.delete(runtime.id))
      this.#followMail()
    }
    const ref = this.#parts.admit(runtime)
    persister.attach(runtime)
    await persister.stored()
    if (hasMail) await persister.fetch()
    return ref
  }

  /** The chart of a definition's machine, the first time that an agent of it runs here. */
  #toDescribe({ logic, durable: { name, version } }: DurableDefinition): AgentDescription | undefined {
    const id = descriptionId(name, version)
    if (this.#described.has(id)) return undefined
    this.#described.add(id)
    const description = chartOfLogic(logic)
    return description && { id, description }
  }

  /** An agent that ended in an earlier life, without any effect on the flock. */
  #showEnded(agent: AgentParts, outcome: Outcome): AgentRef {
    const services: FlockServices = { ...this.#parts.services, emit: () => {} }
    const definition = { ...agent.definition, makeHost: endedHost(outcome) }
    const runtime = new AgentRuntime({ ...agent, supervise: undefined, definition }, services)
    runtime.start()
    return new AgentRef(runtime, services.questions)
  }

  #followMail(): void {
    const { feed } = this.#parts
    this.#stopMail ??= feed.on({
      mail: (to) => void this.#persisters.get(to)?.fetch(),
      forgotten: (agent) => this.#persisters.get(agent)?.forgotten(),
      mayHaveMissed: () => {
        for (const persister of this.#persisters.values()) void persister.fetch()
      },
    })
  }
}

/** What fits may fail to be restored all the same, where logic restores itself: then nothing may be written. */
function requireRestored({ id, host }: AgentRuntime): void {
  const { status, error } = host.snapshot as { readonly status?: unknown; readonly error?: unknown }
  if (status !== 'error') return
  const what = `it can't be restored: ${error instanceof Error ? error.message : String(error)}`
  throw new AgentMisfitError(id, [{ path: 'the state', what, remedy: 'Convert it in migrate.' }], error)
}

import { OptionError } from '@skein/memory'
import type { Memory, View } from '@skein/memory'
import { warn } from '@skein/memory/runtime'
import type { SavedAgent, SavedAgentSummary } from '@skein/memory/runtime'

import type { AgentParts } from '../agents/agent-parts.ts'
import { AgentRef } from '../agents/agent-ref.ts'
import { AgentRuntime } from '../agents/agent-runtime.ts'
import type { FlockServices } from '../agents/flock-services.ts'
import { FlockClosedError } from '../base/flock-closed-error.ts'
import type { Outcome } from '../owner/state-persister.ts'
import { AgentTakenError } from './durable-errors.ts'
import { DurablePersister } from './durable-persister.ts'
import type { DurableDefinition } from './durable.ts'
import { endedHost } from './ended-host.ts'
import { loadOutcome, migrated } from './saved-form.ts'
import type { SavedForm } from './saved-form.ts'

/** What became of the durable agents in a memory. */
export interface ResumeReport<Ref = AgentRef> {
  /** Agents that run here now. */
  readonly resumed: readonly Ref[]
  /** Ids of agents that run elsewhere, or did until a moment ago: they are free when their lease ends. */
  readonly taken: readonly string[]
  /** Agents that could not be resumed, and why. */
  readonly refused: readonly { readonly id: string; readonly error: unknown }[]
}

/** What durable agents need of their flock. */
export interface DurableParts {
  readonly memory: Memory
  readonly services: FlockServices
  /** Adds an agent to the flock and starts it. */
  readonly admit: (runtime: AgentRuntime) => AgentRef
  readonly find: (id: string) => AgentRef | undefined
}

/** The durable agents of a flock: starts and resumes them, and brings them their mail. */
export class DurableAgents {
  readonly #parts: DurableParts
  /** Of the agents with a durable mailbox. */
  readonly #persisters = new Map<string, DurablePersister>()
  readonly #starting = new Set<Promise<AgentRef>>()
  #stopMail: (() => void) | undefined
  #isClosed = false

  constructor(parts: DurableParts) {
    this.#parts = parts
  }

  /** Starts an agent, or resumes it where it is saved; one that has ended only shows how it ended. */
  start(definition: DurableDefinition, agent: AgentParts): Promise<AgentRef> {
    const started = this.#start(definition, agent).finally(() => this.#starting.delete(started))
    this.#starting.add(started)
    return started
  }

  /** Resumes all saved agents of these definitions that run nowhere. */
  async resume(
    definitions: readonly DurableDefinition[],
    partsOf: (definition: DurableDefinition, saved: SavedAgentSummary) => AgentParts,
  ): Promise<ResumeReport> {
    const view = this.#parts.memory.as({ id: 'flock', role: 'flock', rights: ['administer'] })
    const byName = new Map(definitions.map((definition) => [definition.durable.name, definition]))
    const active = (await view.agents.list({ status: 'active' })).filter(({ definition }) => byName.has(definition))
    const outcomes = await Promise.all(
      active
        .filter(({ id }) => !this.#parts.find(id))
        .map(async (saved) => {
          try {
            const definition = byName.get(saved.definition) as DurableDefinition
            const ref = await this.start(definition, partsOf(definition, saved))
            this.#parts.services.emit({ type: 'agent.resumed', agent: saved.id, role: saved.role })
            return { id: saved.id, ref }
          } catch (error) {
            return { id: saved.id, error }
          }
        }),
    )
    return {
      resumed: outcomes.flatMap(({ ref }) => (ref ? [ref] : [])),
      taken: outcomes.filter(({ error }) => error instanceof AgentTakenError).map(({ id }) => id),
      refused: outcomes.flatMap(({ id, ref, error }) =>
        ref || error instanceof AgentTakenError ? [] : [{ id, error }],
      ),
    }
  }

  /** Starts no more; resolves when those that were being started have started or failed to. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopMail?.()
    await Promise.allSettled(this.#starting)
  }

  async #start(definition: DurableDefinition, agent: AgentParts): Promise<AgentRef> {
    const { id } = agent.principal
    if (this.#parts.find(id)) throw new OptionError('id', 'an id that no running agent has', id)
    const view = this.#parts.memory.as(agent.principal)
    const claim = await view.claims.claim(`agent/${id}`, { leaseMs: definition.durable.leaseMs })
    if (!claim) throw new AgentTakenError(id)
    try {
      const found = await this.#load(view, definition)
      const form = found?.state as SavedForm | undefined
      // Closing the flock ends the agents that it has by then: one more would run on, and fail without threads.
      if (this.#isClosed) throw new FlockClosedError()
      if (form?.outcome) {
        await claim.release()
        return this.#showEnded(agent, loadOutcome(form.outcome))
      }
      const saved = form && migrated(id, definition, form)
      const input = form ? form.input : agent.input
      const persister = new DurablePersister({
        view,
        definition,
        claim,
        input,
        version: found?.version ?? 0,
        findVolatile: (other) => (this.#persisters.has(other) ? undefined : this.#parts.find(other)),
      })
      // Earlier versions did not save what it had read: anything that it was cleared for.
      const label = form && (form.label ?? found?.label)
      const parts = { ...agent, definition, input, persister, saved, label }
      return await this.#run(parts, persister, definition.durable.mailbox === 'durable')
    } catch (error) {
      await claim.release().catch(warn)
      throw error
    }
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
    if (hasMail) {
      this.#persisters.set(runtime.id, persister)
      runtime.ending.on(() => this.#persisters.delete(runtime.id))
      this.#followMail()
    }
    const ref = this.#parts.admit(runtime)
    persister.attach(runtime, parts.saved)
    await persister.stored()
    if (hasMail) await persister.fetch()
    return ref
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
    const view = this.#parts.memory.as({ id: 'flock', role: 'flock', rights: ['administer'] })
    this.#stopMail ??= view.agents.onMail((to) => {
      const persisters = to === undefined ? this.#persisters.values() : [this.#persisters.get(to)]
      for (const persister of persisters) void persister?.fetch()
    })
  }
}

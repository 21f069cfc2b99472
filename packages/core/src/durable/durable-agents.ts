import { OptionError } from '@skein/memory'
import type { Memory, View } from '@skein/memory'
import type { SavedAgent, SavedAgentSummary } from '@skein/memory/runtime'

import { AgentRuntime } from '../agents/agent-runtime.ts'
import type { AgentParts } from '../agents/agent-parts.ts'
import { AgentRef } from '../agents/agent-ref.ts'
import type { Host, HostOwner } from '../machine/host.ts'
import type { Outcome } from '../owner/state-persister.ts'
import type { FlockServices } from '../agents/flock-services.ts'
import { AgentTakenError, FlockClosedError } from '../errors.ts'
import { warn } from '../base/warn.ts'
import { DurablePersister } from './durable-persister.ts'
import type { VolatileAgent } from './durable-persister.ts'
import type { DurableDefinition } from './durable.ts'
import { loadOutcome, migrated } from './saved-form.ts'
import type { SavedForm } from './saved-form.ts'

/** What became of the durable agents that a memory holds. */
export interface ResumeReport {
  /** They run here now. */
  readonly resumed: readonly AgentRef[]
  /** Ids of those that run elsewhere, or did so until just now: they are free when their lease ends. */
  readonly taken: readonly string[]
  /** Those that could not be gone on with, and why. */
  readonly refused: readonly { readonly id: string; readonly error: unknown }[]
}

/** What durable agents need of their flock. */
export interface DurableParts {
  readonly memory: Memory
  readonly services: FlockServices
  /** Takes an agent into the flock and starts it. */
  readonly admit: (cell: AgentRuntime) => AgentRef
  readonly find: (id: string) => AgentRef | undefined
}

/** The durable agents of a flock: started, resumed, and brought their mail. */
export class DurableAgents {
  readonly #parts: DurableParts
  readonly #persisters = new Map<string, DurablePersister>()
  readonly #starting = new Set<Promise<AgentRef>>()
  #stopMail: (() => void) | undefined
  #isClosed = false

  constructor(parts: DurableParts) {
    this.#parts = parts
  }

  /** Starts an agent, or goes on with it where it is saved; one that has ended is shown as it ended. */
  start(definition: DurableDefinition, life: AgentParts): Promise<AgentRef> {
    const started = this.#start(definition, life).finally(() => this.#starting.delete(started))
    this.#starting.add(started)
    return started
  }

  async #start(definition: DurableDefinition, life: AgentParts): Promise<AgentRef> {
    const { id } = life.principal
    if (this.#parts.find(id)) throw new OptionError('id', 'an id that no running agent has', id)
    const view = this.#parts.memory.as(life.principal)
    const claim = await view.claims.claim(taskOf(id), { leaseMs: definition.durable.leaseMs })
    if (!claim) throw new AgentTakenError(id)
    try {
      const found = await this.#load(view, definition)
      const form = found?.state as SavedForm | undefined
      // Who closes the flock ends the agents that it has by then: one more would run on, and fail for want of threads.
      if (this.#isClosed) throw new FlockClosedError()
      if (form?.outcome) {
        await claim.release()
        return this.#ended(definition, life, loadOutcome(form.outcome))
      }
      const saved = form && migrated(id, definition, form)
      const persister = new DurablePersister({
        view,
        definition,
        claim,
        input: form ? form.input : life.input,
        version: found?.version ?? 0,
        findVolatile: (other) => this.findVolatile(other),
      })
      const cell = new AgentRuntime(
        { ...life, definition, input: form ? form.input : life.input, persister, saved },
        this.#parts.services,
      )
      return await this.#run(definition, cell, persister, saved)
    } catch (error) {
      await claim.release().catch(warn)
      throw error
    }
  }

  async resume(
    definitions: readonly DurableDefinition[],
    lifeOf: (definition: DurableDefinition, card: SavedAgentSummary) => AgentParts,
  ): Promise<ResumeReport> {
    const runtime = this.#parts.memory.as({ id: 'flock', role: 'flock', rights: ['administer'] })
    const byName = new Map(definitions.map((definition) => [definition.durable.name, definition]))
    const cards = (await runtime.agents.list({ status: 'active' })).filter(({ definition }) => byName.has(definition))
    const free = cards.filter(({ id }) => !this.#parts.find(id))
    const outcomes = await Promise.all(
      free.map(async (card) => {
        try {
          const definition = byName.get(card.definition) as DurableDefinition
          const ref = await this.start(definition, lifeOf(definition, card))
          this.#parts.services.emit({ type: 'agent.resumed', agent: card.id, role: card.role })
          return { id: card.id, ref }
        } catch (error) {
          return { id: card.id, error }
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

  findVolatile(id: string): VolatileAgent | undefined {
    const isDurable = this.#persisters.has(id)
    return isDurable ? undefined : this.#parts.find(id)
  }

  /** Starts no more; resolves when those that were being started have started or given up. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#stopMail?.()
    await Promise.allSettled(this.#starting)
  }

  async #load(view: View, { durable }: DurableDefinition): Promise<SavedAgent | undefined> {
    const found = await view.agents.load()
    if (found && found.definition !== durable.name) {
      throw new OptionError('id', `an id that no agent of another definition ("${found.definition}") has`, found.id)
    }
    return found
  }

  async #run(
    definition: DurableDefinition,
    cell: AgentRuntime,
    persister: DurablePersister,
    saved: unknown,
  ): Promise<AgentRef> {
    const hasMail = definition.durable.mailbox === 'durable'
    if (hasMail) {
      this.#persisters.set(cell.id, persister)
      cell.ending.on(() => this.#persisters.delete(cell.id))
      this.#followMail()
    }
    const ref = this.#parts.admit(cell)
    persister.attach(cell, saved)
    await persister.stored()
    if (hasMail) await persister.fetch()
    return ref
  }

  /** An agent that ended in an earlier life, to look at. */
  #ended(definition: DurableDefinition, life: AgentParts, outcome: Outcome): AgentRef {
    const makeHost = (owner: HostOwner): Host => endedHost(owner, outcome)
    const around: FlockServices = { ...this.#parts.services, emit: () => {} }
    const cell = new AgentRuntime({ ...life, supervise: undefined, definition: { ...definition, makeHost } }, around)
    cell.start()
    return new AgentRef(cell, around.questions)
  }

  #followMail(): void {
    const view = this.#parts.memory.as({ id: 'flock', role: 'flock' })
    this.#stopMail ??= view.agents.onMail((to) => {
      const persisters = to === undefined ? this.#persisters.values() : [this.#persisters.get(to)]
      for (const persister of persisters) void persister?.fetch()
    })
  }
}

function taskOf(id: string): string {
  return `agent/${id}`
}

function endedHost(owner: HostOwner, outcome: Outcome): Host {
  const snapshot = outcome.type === 'done' ? { status: 'done', output: outcome.output } : { status: 'error' }
  return {
    snapshot,
    types: undefined,
    takesAll: true,
    canTake: () => false,
    start: () => (outcome.type === 'failed' ? owner.failed(outcome.error) : owner.ended(snapshot.output)),
    take: () => {},
    stop: () => {},
    save: () => undefined,
    lastGood: undefined,
  }
}

import type { SavedAgents, SavedAgentSummary } from '@skein/memory/runtime'

import type { DurableDefinition } from '../durable/durable.ts'

/** How often all agents are looked at, even without news, in milliseconds. */
const lookAtAllMs = 10_000
/** Agents that are looked up at once. */
const batchSize = 100

/** What was found. */
export interface FoundCandidates {
  readonly saved: readonly SavedAgentSummary[]
  /** Whether all agents were looked at. */
  readonly isAll: boolean
}

/** Finds the agents that may have to run on a host, though they do not yet: those that somebody names, or all. */
export class Candidates {
  readonly #agents: SavedAgents
  readonly #names: ReadonlySet<string>
  readonly #ids = new Set<string>()
  /** Those that ran here when it was last looked, and were not released since. */
  #ranHere: ReadonlySet<string> = new Set()
  /** Those that were lost here, until it is settled what becomes of them. */
  readonly #lost = new Set<string>()
  #looksAtAll = true
  #lookedAtAll = Number.NEGATIVE_INFINITY

  constructor(agents: SavedAgents, definitions: readonly DurableDefinition[]) {
    this.#agents = agents
    this.#names = new Set(definitions.map(({ durable }) => durable.name))
  }

  add(id: string): void {
    this.#ids.add(id)
  }

  /** Next time all agents are looked at. */
  addAll(): void {
    this.#looksAtAll = true
  }

  /** The host has ended these here, and whoever they belong to is told. */
  released(ids: readonly string[]): void {
    const gone = new Set(ids)
    this.#ranHere = new Set([...this.#ranHere].filter((id) => !gone.has(id)))
  }

  /**
   * Compares who runs here with who ran here before. Nobody is told of those that have lost their leases, so they are
   * candidates.
   *
   * @returns whether some were lost.
   */
  compare(running: ReadonlySet<string>): boolean {
    const lost = [...this.#ranHere].filter((id) => !running.has(id))
    for (const id of lost) this.#ids.add(id)
    for (const id of running) this.#lost.delete(id)
    for (const id of lost) this.#lost.add(id)
    this.#ranHere = running
    return lost.length > 0
  }

  /**
   * Whether an agent was lost here, so that other hosts do not know that it is free. It stays so when it could not be
   * resumed at once, and is tried again.
   */
  wasLost(id: string): boolean {
    return this.#lost.has(id)
  }

  /** Another one has this agent, or nobody here can resume it. */
  settled(id: string): void {
    this.#lost.delete(id)
  }

  /** Those that are active; none of them twice, until it is named again. @throws StoreError */
  async find(): Promise<FoundCandidates> {
    const isAll = this.#looksAtAll || performance.now() - this.#lookedAtAll > lookAtAllMs
    const ids = [...this.#ids]
    this.#ids.clear()
    const found = isAll ? await this.#all() : await this.#named(ids)
    const isOurs = ({ definition, status }: SavedAgentSummary): boolean =>
      status === 'active' && this.#names.has(definition)
    const saved = found.filter(isOurs)
    const active = new Set(saved.map(({ id }) => id))
    for (const id of isAll ? this.#lost : ids) if (!active.has(id)) this.#lost.delete(id)
    return { saved, isAll }
  }

  #all(): Promise<readonly SavedAgentSummary[]> {
    this.#looksAtAll = false
    this.#lookedAtAll = performance.now()
    return this.#agents.list({ status: 'active' })
  }

  async #named(ids: readonly string[]): Promise<readonly SavedAgentSummary[]> {
    const found: SavedAgentSummary[] = []
    for (let at = 0; at < ids.length; at += batchSize) {
      found.push(...(await this.#agents.summaries(ids.slice(at, at + batchSize))))
    }
    return found
  }
}

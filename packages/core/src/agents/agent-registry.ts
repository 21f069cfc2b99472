import { AgentRef } from './agent-ref.ts'

/** An agent that has something to do. */
export interface BusyAgent {
  readonly id: string
  readonly role: string
  readonly load: number
}

/** The running agents of a flock, by id and by role. */
export class AgentRegistry {
  readonly #agents = new Map<string, AgentRef>()
  readonly #roles = new Map<string, Set<AgentRef>>()
  readonly #lists = new Map<string, readonly AgentRef[]>()

  add(ref: AgentRef): void {
    this.#agents.set(ref.id, ref)
    const group = this.#roles.get(ref.role)
    if (group) group.add(ref)
    else this.#roles.set(ref.role, new Set([ref]))
    this.#lists.delete(ref.role)
  }

  remove(id: string): void {
    const ref = this.#agents.get(id)
    if (!ref) return
    this.#agents.delete(id)
    const group = this.#roles.get(ref.role)
    group?.delete(ref)
    if (group?.size === 0) this.#roles.delete(ref.role)
    this.#lists.delete(ref.role)
  }

  get(id: string): AgentRef | undefined {
    return this.#agents.get(id)
  }

  /** The agents of a role in the order in which they were spawned; the same array until one comes or goes. */
  ofRole(role: string): readonly AgentRef[] {
    const known = this.#lists.get(role)
    if (known) return known
    const list = [...(this.#roles.get(role) ?? [])]
    this.#lists.set(role, list)
    return list
  }

  all(): AgentRef[] {
    return [...this.#agents.values()]
  }

  /** Agents with something to do. */
  busy(): readonly BusyAgent[] {
    return this.all()
      .filter(({ load }) => load > 0)
      .map(({ id, role, load }) => ({ id, role, load }))
  }

  /** Messages that wait for all agents together. */
  get waiting(): number {
    let waiting = 0
    for (const ref of this.#agents.values()) waiting += AgentRef.runtimeOf(ref).waiting
    return waiting
  }
}

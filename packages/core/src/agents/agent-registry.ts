import type { AgentCell } from './agent-cell.ts'
import type { AgentRef } from './agent-ref.ts'

interface Member {
  readonly cell: AgentCell
  readonly ref: AgentRef
}

/** The running agents of a flock, by id and by role. */
export class AgentRegistry {
  readonly #members = new Map<string, Member>()
  readonly #roles = new Map<string, Set<AgentRef>>()
  readonly #lists = new Map<string, readonly AgentRef[]>()

  add(cell: AgentCell, ref: AgentRef): void {
    const { id, role } = cell.principal
    this.#members.set(id, { cell, ref })
    const group = this.#roles.get(role) ?? new Set()
    this.#roles.set(role, group.add(ref))
    this.#lists.delete(role)
  }

  remove(id: string): void {
    const member = this.#members.get(id)
    if (!member) return
    this.#members.delete(id)
    const { role } = member.ref
    const group = this.#roles.get(role)
    group?.delete(member.ref)
    if (group?.size === 0) this.#roles.delete(role)
    this.#lists.delete(role)
  }

  cell(id: string): AgentCell | undefined {
    return this.#members.get(id)?.cell
  }

  ref(id: string): AgentRef | undefined {
    return this.#members.get(id)?.ref
  }

  /** The agents of a role in the order in which they were spawned; another list when something has changed. */
  ofRole(role: string): readonly AgentRef[] {
    const known = this.#lists.get(role)
    if (known) return known
    const list = [...(this.#roles.get(role) ?? [])]
    this.#lists.set(role, list)
    return list
  }

  cells(): AgentCell[] {
    return [...this.#members.values()].map(({ cell }) => cell)
  }

  refs(): AgentRef[] {
    return [...this.#members.values()].map(({ ref }) => ref)
  }
}

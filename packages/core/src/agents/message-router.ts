import type { View } from '@skein/memory'

import type { FlockEvent } from '../events/flock-events.ts'
import { warn } from '../base/warn.ts'
import { AgentRef } from './agent-ref.ts'
import type { AgentRegistry } from './agent-registry.ts'
import type { Message } from '../messages/message.ts'

/** Brings messages to agents by their ids. */
export class MessageRouter {
  readonly #agents: AgentRegistry
  readonly #emit: (event: FlockEvent) => void

  constructor(agents: AgentRegistry, emit: (event: FlockEvent) => void) {
    this.#agents = agents
    this.#emit = emit
  }

  /** Posts to an agent that runs here, else leaves it in the memory for a durable one. */
  async post(from: View, to: string, message: Message): Promise<void> {
    const ref = this.#agents.get(to)
    if (ref) await ref.post(message)
    else await from.agents.post({ to, message })
  }

  /** Like {@link post}, for a sender that waits for nothing: what can't be delivered becomes a dead letter. */
  async tell(from: View, to: string, message: Message): Promise<void> {
    try {
      await this.post(from, to, message)
    } catch (error) {
      warn(error)
      this.#emit({ type: 'message.deadLettered', agent: to, message, reason: 'refused' })
    }
  }

  /** Sends to each agent that takes it; returns to how many. */
  publish(agents: readonly AgentRef<never>[], message: Message): number {
    let taken = 0
    for (const ref of agents) {
      const cell = AgentRef.runtimeOf(ref)
      if (!cell.takes(message.type)) continue
      try {
        cell.send(message)
        taken += 1
      } catch {
        this.#emit({ type: 'message.deadLettered', agent: ref.id, message, reason: 'refused' })
      }
    }
    return taken
  }
}

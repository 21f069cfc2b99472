import type { View } from '@skein/memory'
import { warn } from '@skein/memory/runtime'
import type { Tracing } from '@skein/memory/runtime'
import { publicLabel } from '@skein/memory/store'

import type { FlockEvent } from '../events/flock-events.ts'
import { answerTtlMs, isAnswerAddress } from '../messages/answer-mail.ts'
import { labelOfMessage } from '../messages/message-label.ts'
import type { Message } from '../messages/message.ts'
import { traceOfMessage } from '../tracing/message-trace.ts'
import { AgentRef } from './agent-ref.ts'
import type { AgentRegistry } from './agent-registry.ts'

/** Sends messages to agents by their ids. */
export class MessageRouter {
  readonly #agents: AgentRegistry
  readonly #tracing: Tracing
  readonly #emit: (event: FlockEvent) => void

  constructor(agents: AgentRegistry, tracing: Tracing, emit: (event: FlockEvent) => void) {
    this.#agents = agents
    this.#tracing = tracing
    this.#emit = emit
  }

  /** Posts to an agent that runs here, else to the durable mailbox of one that does not. */
  async post(from: View, to: string, message: Message): Promise<void> {
    const ref = this.#agents.get(to)
    if (ref) await ref.post(message)
    else {
      const trace = traceOfMessage(message) ?? this.#tracing.outgoing
      const ttlMs = isAnswerAddress(to) ? answerTtlMs : undefined
      await from.agents.post({ to, message, read: labelOfMessage(message) ?? publicLabel, trace, ttlMs })
    }
  }

  /** Like {@link post}, for a sender that does not wait: a message that can't be delivered becomes a dead letter. */
  async tell(from: View, to: string, message: Message): Promise<void> {
    try {
      await this.post(from, to, message)
    } catch (error) {
      warn(error)
      const label = labelOfMessage(message) ?? publicLabel
      this.#emit({ type: 'message.deadLettered', agent: to, message, reason: 'refused', label })
    }
  }

  /** Sends to each agent that takes the message; returns to how many. */
  publish(agents: readonly AgentRef<never>[], message: Message): number {
    let sent = 0
    for (const ref of agents) {
      const runtime = AgentRef.runtimeOf(ref)
      if (!runtime.takes(message.type)) continue
      try {
        runtime.receiver.send(message)
        sent += 1
      } catch {
        runtime.receiver.deadLetter(message, 'refused')
      }
    }
    return sent
  }
}

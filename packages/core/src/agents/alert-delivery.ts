import type { Alert } from '@skein/memory'
import { outlast, warn } from '@skein/memory/runtime'

import type { Message } from '../messages/message.ts'
import type { Receiver } from '../messages/receiver.ts'
import type { Owner } from '../owner/owner.ts'

/**
 * An alert as a machine gets it, if it has a transition for `alert`: pending ones
 * when the agent starts, and each new one at once, before all other messages. It
 * is acknowledged when the machine has taken it.
 */
export interface AlertEvent<Insight = unknown> {
  readonly type: 'alert'
  readonly alert: Alert<Insight>
}

/** Most alerts in a mailbox; further ones wait in the memory. */
const maxInMailbox = 1_000

/** Delivers an agent's alerts, and acknowledges those that it has taken. */
export class AlertDelivery {
  readonly #owner: Owner
  readonly #receiver: Pick<Receiver, 'sendFirst'>
  readonly #delivered = new Set<string>()
  #unsubscribe: () => void = () => {}
  #hasMore = false

  constructor(owner: Owner, receiver: Pick<Receiver, 'sendFirst'>) {
    this.#owner = owner
    this.#receiver = receiver
    this.#subscribe()
  }

  /** Called with every message that the agent has taken. */
  taken(message: Message): void {
    if (message.type !== 'alert') return
    const { alert } = message as Partial<AlertEvent>
    if (alert && this.#delivered.has(alert.id)) this.#acknowledge(alert.id).catch(warn)
  }

  stop(): void {
    this.#unsubscribe()
  }

  #subscribe(): void {
    this.#unsubscribe = this.#owner.memory.alerts.subscribe((alert) => {
      // A new subscription repeats alerts that are delivered but not acknowledged yet.
      if (this.#delivered.has(alert.id)) return
      if (this.#delivered.size >= maxInMailbox) {
        this.#hasMore = true
        return
      }
      this.#delivered.add(alert.id)
      this.#receiver.sendFirst({ type: 'alert', alert } as Message)
    })
  }

  async #acknowledge(id: string): Promise<void> {
    // A durable agent has taken it only once that is stored.
    await this.#owner.persister?.stored()
    await outlast(() => this.#owner.memory.alerts.ack(id))
    this.#delivered.delete(id)
    if (!this.#hasMore || this.#delivered.size > 0) return
    this.#hasMore = false
    this.#unsubscribe()
    this.#subscribe()
  }
}

import type { Alert, View } from '@skein/memory'

import { warn } from '../base/warn.ts'
import type { Message } from '../messages/message.ts'

/**
 * An alert as a machine gets it, if it has a transition for `alert`: those that
 * waited when the agent starts, and each new one at once, before all other
 * messages. It is acknowledged when the machine has taken it.
 */
export interface AlertEvent<Insight = unknown> {
  readonly type: 'alert'
  readonly alert: Alert<Insight>
}

/** Whom alerts are for. */
export interface AlertRecipient {
  readonly memory: View
  readonly persister: { stored(): Promise<void> } | undefined
  sendFirst(message: Message): void
}

/** Alerts that may wait in a mailbox; further ones wait in the memory. */
const mostWaiting = 1_000

/** Brings an agent its alerts, and acknowledges those that it took. */
export class AlertDelivery {
  readonly #alerted: AlertRecipient
  readonly #brought = new Set<string>()
  #unsubscribe: () => void = () => {}
  #hasMore = false

  constructor(alerted: AlertRecipient) {
    this.#alerted = alerted
    this.#subscribe()
  }

  /** Every message that was taken is shown here. */
  taken(message: Message): void {
    if (message.type !== 'alert') return
    const { alert } = message as Partial<AlertEvent>
    if (alert && this.#brought.has(alert.id)) this.#acknowledge(alert.id).catch(warn)
  }

  stop(): void {
    this.#unsubscribe()
  }

  #subscribe(): void {
    this.#unsubscribe = this.#alerted.memory.alerts.subscribe((alert) => {
      // One that is on its way, or is being acknowledged, comes again with a new subscription.
      if (this.#brought.has(alert.id)) return
      if (this.#brought.size >= mostWaiting) {
        this.#hasMore = true
        return
      }
      this.#brought.add(alert.id)
      this.#alerted.sendFirst({ type: 'alert', alert } as Message)
    })
  }

  async #acknowledge(id: string): Promise<void> {
    // A durable agent has taken it when that is stored.
    await this.#alerted.persister?.stored()
    await this.#alerted.memory.alerts.ack(id)
    this.#brought.delete(id)
    if (!this.#hasMore || this.#brought.size > 0) return
    this.#hasMore = false
    this.#unsubscribe()
    this.#subscribe()
  }
}

import type { Escalation, Memory, Principal } from '@skein/memory'

import type { FlockEvent } from '../events/flock-events.ts'
import { noticeOf } from './notifier.ts'
import type { Notifier } from './notifier.ts'

/**
 * Announces escalations: by each notifier once, in whichever process the
 * escalation was opened, and again if a process died while notifying.
 */
export class Announcer {
  readonly #memory: Memory
  readonly #notifiers: readonly Notifier[]
  readonly #emit: (event: FlockEvent) => void
  readonly #closing = new AbortController()
  readonly #pending = new Set<Promise<void>>()

  constructor(memory: Memory, notifiers: readonly Notifier[], emit: (event: FlockEvent) => void) {
    this.#memory = memory
    this.#notifiers = notifiers
    this.#emit = emit
  }

  announce(escalation: Escalation): void {
    this.#emit({ type: 'escalation.opened', agent: escalation.openedBy, escalation })
    for (const notifier of this.#notifiers) {
      const notified = this.#notify(notifier, escalation).finally(() => this.#pending.delete(notified))
      this.#pending.add(notified)
    }
  }

  /** Aborts notices that are not delivered yet; whoever opens the escalation again sends them again. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#pending)
  }

  async #notify(notifier: Notifier, { id }: Escalation): Promise<void> {
    const { name, clearance } = notifier
    const { signal } = this.#closing
    const principal: Principal = { id: `notifier/${name}`, role: 'notifier', ...(clearance && { clearance }) }
    const view = this.#memory.as(principal)
    const deliver = async (work: { readonly signal: AbortSignal }): Promise<null> => {
      // An escalation above its clearance is announced by its id alone.
      const visible = await view.escalations.get(id).catch(() => undefined)
      await notifier.notify(noticeOf(id, visible), { signal: AbortSignal.any([work.signal, signal]) })
      return null
    }
    try {
      await view.once(`notified/${name}/${id}`, deliver, { signal })
    } catch (error) {
      if (!signal.aborted) this.#emit({ type: 'notification.failed', notifier: name, escalation: id, error })
    }
  }
}

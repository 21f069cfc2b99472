import type { Escalation, Memory, Principal } from '@skein/memory'

import type { FlockEvent } from '../events/flock-events.ts'
import { noticeOf } from './notifier.ts'
import type { Notifier } from './notifier.ts'

/**
 * Tells people of escalations: each notifier once per escalation, in whichever
 * process it was opened, and again where a process died over it.
 */
export class Announcer {
  readonly #memory: Memory
  readonly #notifiers: readonly Notifier[]
  readonly #emit: (event: FlockEvent) => void
  readonly #closing = new AbortController()
  readonly #underWay = new Set<Promise<void>>()

  constructor(memory: Memory, notifiers: readonly Notifier[], emit: (event: FlockEvent) => void) {
    this.#memory = memory
    this.#notifiers = notifiers
    this.#emit = emit
  }

  announce(escalation: Escalation): void {
    this.#emit({ type: 'escalation.opened', agent: escalation.openedBy, escalation })
    for (const notifier of this.#notifiers) {
      const told = this.#tell(notifier, escalation).finally(() => this.#underWay.delete(told))
      this.#underWay.add(told)
    }
  }

  /** Stops telling; what is not told yet is told by whoever opens the escalation again. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.all(this.#underWay)
  }

  async #tell(notifier: Notifier, { id }: Escalation): Promise<void> {
    const { name, clearance } = notifier
    const { signal } = this.#closing
    const principal: Principal = { id: `notifier/${name}`, role: 'notifier', ...(clearance && { clearance }) }
    const view = this.#memory.as(principal)
    const tell = async (work: { readonly signal: AbortSignal }): Promise<null> => {
      const seen = await view.escalations.get(id).catch(() => undefined)
      await notifier.notify(noticeOf(id, seen), { signal: AbortSignal.any([work.signal, signal]) })
      return null
    }
    try {
      await view.once(`notified/${name}/${id}`, tell, { signal })
    } catch (error) {
      if (!signal.aborted) this.#emit({ type: 'notification.failed', notifier: name, escalation: id, error })
    }
  }
}

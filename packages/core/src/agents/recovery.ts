import { warn } from '@skein/memory/runtime'

import type { Decision, Failure } from '../supervision/supervision.ts'
import { SupervisionError } from '../supervision/supervision-error.ts'
import type { Restartable } from './restartable.ts'

/** Most failures of an agent that are remembered. */
const maxFailures = 1_000

/** Decides what happens to an agent that failed, and does it. */
export class Recovery {
  readonly #agent: Restartable
  readonly #supervise: (failure: Failure) => Decision
  readonly #failures: number[] = []
  readonly #stopped = new AbortController()
  #restart: unknown
  /** What the supervision has done wrong. */
  #fault: SupervisionError | undefined

  constructor(agent: Restartable, supervise: (failure: Failure) => Decision) {
    this.#agent = agent
    this.#supervise = supervise
  }

  decide(error: unknown): Decision {
    const { id, clock } = this.#agent
    const now = clock.now()
    const earlier = this.#failures.map((at) => now - at)
    this.#failures.push(now)
    if (this.#failures.length > maxFailures) this.#failures.shift()
    try {
      return this.#supervise({ agent: id, error, earlier, random: Math.random() })
    } catch (second) {
      // A supervision that throws or decides nothing can't decide about its own failure.
      if (second instanceof SupervisionError) this.#fault = second
      else warn(second)
      return { type: 'stop' }
    }
  }

  /** @param lastGood - The agent's last good state. */
  carryOut(decision: Decision, error: unknown, lastGood: unknown): void {
    const agent = this.#agent
    switch (decision.type) {
      case 'stop':
        return agent.end({ type: 'failed', error: this.#fault ?? error })
      case 'resume':
        return queueMicrotask(() => agent.resume(lastGood))
      case 'restart': {
        const from = decision.from === 'snapshot' ? lastGood : undefined
        this.#restart = agent.clock.setTimeout(() => agent.resume(from), decision.delayMs)
        return
      }
      case 'escalate':
        if (decision.to === 'human') return void this.#followHuman(error, lastGood)
        agent.end({ type: 'failed', error })
        if (agent.parent) agent.parent.scope.noteLabel(agent.label)
        agent.parent?.failed(error)
    }
  }

  /** The agent has ended: neither a restart nor an answer is waited for any longer. */
  stop(): void {
    this.#agent.clock.clearTimeout(this.#restart)
    this.#stopped.abort()
  }

  async #followHuman(error: unknown, lastGood: unknown): Promise<void> {
    try {
      const instruction = await this.#agent.askHuman(error, this.#stopped.signal)
      if (instruction === 'stop') this.#agent.end({ type: 'failed', error })
      else this.#agent.resume(instruction === 'resume' ? lastGood : undefined)
    } catch (second) {
      if (this.#stopped.signal.aborted) return
      warn(second)
      this.#agent.end({ type: 'failed', error })
    }
  }
}

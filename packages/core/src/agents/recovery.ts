import type { Outcome } from '../owner/state-persister.ts'
import type { Clock } from '../base/clock.ts'
import { warn } from '../base/warn.ts'
import type { Instruction } from './ask-what-to-do.ts'
import type { Decision, Failure } from '../supervision/supervision.ts'

/** An agent that may fail, as its recovery sees it. */
export interface Restartable {
  readonly id: string
  readonly clock: Clock
  readonly parts: { readonly parent?: { failed(error: unknown): void } | undefined }
  /** Starts it again from what it had saved, or from the start. */
  resume(saved: unknown): void
  end(outcome: Outcome): void
  askHuman(error: unknown, signal: AbortSignal): Promise<Instruction>
}

/** Failures that are remembered, at most. */
const mostFailures = 1_000

/** Decides what becomes of an agent that failed, and sees to it. */
export class Recovery {
  readonly #patient: Restartable
  readonly #supervise: (failure: Failure) => Decision
  readonly #failures: number[] = []
  readonly #over = new AbortController()
  #restart: unknown

  constructor(patient: Restartable, supervise: (failure: Failure) => Decision) {
    this.#patient = patient
    this.#supervise = supervise
  }

  decide(error: unknown): Decision {
    const { id, clock } = this.#patient
    const now = clock.now()
    const earlier = this.#failures.map((at) => now - at)
    this.#failures.push(now)
    if (this.#failures.length > mostFailures) this.#failures.shift()
    try {
      return this.#supervise({ agent: id, error, earlier, random: Math.random() })
    } catch (second) {
      // A supervision that fails itself can't be asked what to do about it.
      warn(second)
      return { type: 'stop' }
    }
  }

  /** @param saved - Where the agent was well. */
  carryOut(decision: Decision, error: unknown, saved: unknown): void {
    const patient = this.#patient
    switch (decision.type) {
      case 'stop':
        return patient.end({ type: 'failed', error })
      case 'resume':
        return queueMicrotask(() => patient.resume(saved))
      case 'restart': {
        const from = decision.from === 'snapshot' ? saved : undefined
        this.#restart = patient.clock.setTimeout(() => patient.resume(from), decision.delayMs)
        return
      }
      case 'escalate':
        if (decision.to === 'human') return void this.#asHumanSays(error, saved)
        patient.end({ type: 'failed', error })
        patient.parts.parent?.failed(error)
    }
  }

  /** The agent has ended: nothing is waited for any more. */
  stop(): void {
    this.#patient.clock.clearTimeout(this.#restart)
    this.#over.abort()
  }

  async #asHumanSays(error: unknown, saved: unknown): Promise<void> {
    try {
      const answer = await this.#patient.askHuman(error, this.#over.signal)
      if (answer === 'stop') this.#patient.end({ type: 'failed', error })
      else this.#patient.resume(answer === 'resume' ? saved : undefined)
    } catch (second) {
      if (this.#over.signal.aborted) return
      warn(second)
      this.#patient.end({ type: 'failed', error })
    }
  }
}

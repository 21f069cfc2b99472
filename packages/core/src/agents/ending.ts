import { warn } from '@skein/memory/runtime'

import { AgentStoppedError } from '../messages/message-errors.ts'
import type { Outcome } from '../owner/state-persister.ts'

/** The end of an agent, for those who wait for it and those who ask later. */
export class Ending {
  #outcome: Outcome | undefined
  #stored: Promise<void> | undefined
  #done: PromiseWithResolvers<unknown> | undefined
  #listeners: Set<(outcome: Outcome) => void> | undefined
  readonly #agent: string

  constructor(agent: string) {
    this.#agent = agent
  }

  /** Made when it is first read: of many agents, few are waited for. */
  get done(): Promise<unknown> {
    if (!this.#done) {
      this.#done = Promise.withResolvers()
      // Whoever awaits it gets the error; everyone else learns it from the event `agent.ended`.
      this.#done.promise.catch(() => {})
      if (this.#outcome) this.#settle(this.#outcome)
    }
    return this.#done.promise
  }

  /** Resolves when the end has been stored, or could not be. */
  get stored(): Promise<void> {
    // A failure to store it became a warning when it ended.
    return this.#stored?.catch(() => {}) ?? Promise.resolve()
  }

  /** Calls back when it has ended; at once when it already has. */
  on(listener: (outcome: Outcome) => void): () => void {
    if (this.#outcome) {
      listener(this.#outcome)
      return () => {}
    }
    this.#listeners ??= new Set()
    this.#listeners.add(listener)
    return () => void this.#listeners?.delete(listener)
  }

  /** @param stored - A durable agent has ended when its end is stored. */
  end(outcome: Outcome, stored: Promise<void> | undefined): void {
    this.#outcome = outcome
    this.#stored = stored
    stored?.catch(warn)
    for (const listener of this.#listeners ?? []) listener(outcome)
    this.#settle(outcome)
  }

  #settle(outcome: Outcome): void {
    if (!this.#done) return
    const { resolve, reject } = this.#done
    const settle = (): void => {
      if (outcome.type === 'done') resolve(outcome.output)
      else reject(outcome.type === 'failed' ? outcome.error : new AgentStoppedError(this.#agent))
    }
    if (this.#stored) this.#stored.then(settle, reject)
    else settle()
  }
}

import { AgentStoppedError } from '../errors.ts'
import { warn } from '../base/warn.ts'
import type { Outcome } from '../owner/state-persister.ts'

/** The end of an agent, for those who wait for it before or ask afterwards. */
export class Ending {
  #outcome: Outcome | undefined
  #stored: Promise<void> | undefined
  #done: PromiseWithResolvers<unknown> | undefined
  #listeners: Set<(outcome: Outcome) => void> | undefined
  readonly #agent: string

  constructor(agent: string) {
    this.#agent = agent
  }

  /** Made when it is first asked for: few agents of many are waited for. */
  get done(): Promise<unknown> {
    if (!this.#done) {
      this.#done = Promise.withResolvers()
      // Whoever awaits it hears of a failure; everyone else by the event `agent.ended`.
      this.#done.promise.catch(() => {})
      if (this.#outcome) this.#settle(this.#outcome)
    }
    return this.#done.promise
  }

  /** Resolves when the end is stored, where that is asked for. */
  get stored(): Promise<void> {
    // That it could not be stored was told when it ended.
    return this.#stored?.catch(() => {}) ?? Promise.resolve()
  }

  /** Calls back when it has ended; at once when it has. */
  on(listener: (outcome: Outcome) => void): () => void {
    if (this.#outcome) {
      listener(this.#outcome)
      return () => {}
    }
    this.#listeners ??= new Set()
    this.#listeners.add(listener)
    return () => void this.#listeners?.delete(listener)
  }

  /** @param stored - A durable agent has ended when that is stored. */
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

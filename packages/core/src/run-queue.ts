import { warn } from './warn.ts'

const sliceMs = 4

/**
 * Delivers messages to agents outside the sender's call stack, in slices of a
 * few milliseconds between which the event loop turns: chains of any length
 * neither overflow the stack nor keep timers and sockets waiting.
 */
export class RunQueue {
  #ready: (() => void)[] = []
  #isScheduled = false

  /** Runs a step soon, after those that were added before. */
  add(step: () => void): void {
    this.#ready.push(step)
    if (this.#isScheduled) return
    this.#isScheduled = true
    queueMicrotask(() => this.#slice())
  }

  #slice(): void {
    const end = performance.now() + sliceMs
    while (this.#ready.length > 0) {
      const steps = this.#ready
      this.#ready = []
      for (let index = 0; index < steps.length; index += 1) {
        try {
          steps[index]?.()
        } catch (error) {
          warn(error)
        }
        // Asking for the time costs more than a step: not after each.
        if (index % 64 === 63 && performance.now() > end) {
          this.#ready = [...steps.slice(index + 1), ...this.#ready]
          setImmediate(() => this.#slice())
          return
        }
      }
      if (performance.now() > end && this.#ready.length > 0) {
        setImmediate(() => this.#slice())
        return
      }
    }
    this.#isScheduled = false
  }
}

/** What is asked of a command that is under way. */
interface Pending {
  /** Whether it was answered, or given up. */
  readonly isSettled: boolean
  reject(error: Error): void
}

/**
 * Gives up commands that have stayed without an answer for too long.
 *
 * A server answers in the order in which it was asked, and every command has the
 * same time: so one timer watches the oldest. (One for each, as ioredis has them,
 * took a fifth of what a command costs this process.)
 */
export class CommandDeadlines {
  readonly #timeoutMs: number
  readonly #pending: { readonly command: Pending; readonly deadline: number }[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** The command's time begins now. */
  add(command: Pending): void {
    this.#forgetSettled()
    this.#pending.push({ command, deadline: performance.now() + this.#timeoutMs })
    if (!this.#timer) this.#watch(this.#timeoutMs)
  }

  #watch(afterMs: number): void {
    // The connection keeps the process alive, for as long as there is one.
    this.#timer = setTimeout(() => this.#giveUpLate(), afterMs).unref()
  }

  #giveUpLate(): void {
    const now = performance.now()
    for (;;) {
      this.#forgetSettled()
      const [oldest] = this.#pending
      if (!oldest) {
        this.#timer = undefined
        return
      }
      // Timers may be a little early.
      if (oldest.deadline > now + 1) return this.#watch(oldest.deadline - now)
      oldest.command.reject(new Error('Command timed out'))
    }
  }

  #forgetSettled(): void {
    while (this.#pending[0]?.command.isSettled) this.#pending.shift()
  }
}

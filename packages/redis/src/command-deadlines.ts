/** What is asked of a command that is under way. */
interface Pending {
  /** Whether it was answered, or given up. */
  readonly isSettled: boolean
  reject(error: Error): void
}

/** A command, when its time is over, and who comes after it. */
interface Waiting {
  readonly command: Pending
  readonly deadline: number
  next: Waiting | undefined
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
  // Each knows the next, since of a list of some ten thousands the first is not removed in no time.
  #oldest: Waiting | undefined
  #newest: Waiting | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** The command's time begins now. */
  add(command: Pending): void {
    this.#forgetSettled()
    const waiting: Waiting = { command, deadline: performance.now() + this.#timeoutMs, next: undefined }
    if (this.#newest) this.#newest.next = waiting
    this.#newest = waiting
    this.#oldest ??= waiting
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
      const oldest = this.#oldest
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
    while (this.#oldest?.command.isSettled) {
      const { next } = this.#oldest
      // The collector would take what an old one knows for needed until it looks at the old ones, too.
      this.#oldest.next = undefined
      this.#oldest = next
    }
    if (!this.#oldest) this.#newest = undefined
  }
}

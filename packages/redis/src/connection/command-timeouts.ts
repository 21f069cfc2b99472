/** A command that was sent. */
interface PendingCommand {
  /** Whether it was answered or rejected. */
  readonly isSettled: boolean
  reject(error: Error): void
}

/** A command in the queue, in the order in which deadlines end. */
interface QueuedCommand {
  readonly command: PendingCommand
  readonly deadline: number
  next: QueuedCommand | undefined
}

/** A timer that ends so much too late ran in an event loop that stood still, in milliseconds. */
const stalledMs = 50
/** How long the loop then gets to read what has been answered meanwhile, in milliseconds. */
const graceMs = 200

/**
 * Rejects commands that stay unanswered for too long. After the event loop has stood still, timers run before anything
 * is received: the answer may be there, so it is looked for first.
 *
 * A server answers in the order of the commands, and all have the same timeout:
 * so one timer watches the oldest. (A timer for each, as in ioredis, took a
 * fifth of what a command costs this process.)
 */
export class CommandTimeouts {
  readonly #timeoutMs: number
  // A linked list, since removing the first of some ten thousand array elements takes time.
  #oldest: QueuedCommand | undefined
  #newest: QueuedCommand | undefined
  #timer: NodeJS.Timeout | undefined
  #endsAt = 0
  /** Commands that were due by then have got more time, which they get once. */
  #sparedUntil = 0

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** Starts the timeout of a command. */
  add(command: PendingCommand): void {
    this.#dropSettled()
    const queued: QueuedCommand = { command, deadline: performance.now() + this.#timeoutMs, next: undefined }
    if (this.#newest) this.#newest.next = queued
    this.#newest = queued
    this.#oldest ??= queued
    if (!this.#timer) this.#startTimer(this.#timeoutMs)
  }

  #startTimer(afterMs: number): void {
    this.#endsAt = performance.now() + afterMs
    // The connection keeps the process alive, for as long as there is one.
    this.#timer = setTimeout(() => this.#rejectLate(), afterMs).unref()
  }

  #rejectLate(): void {
    const now = performance.now()
    for (;;) {
      this.#dropSettled()
      const oldest = this.#oldest
      if (!oldest) {
        this.#timer = undefined
        return
      }
      // Timers may be a little early.
      if (oldest.deadline > now + 1) return this.#startTimer(oldest.deadline - now)
      if (now - this.#endsAt > stalledMs && oldest.deadline > this.#sparedUntil) {
        this.#sparedUntil = now
        return this.#startTimer(graceMs)
      }
      oldest.command.reject(new Error('Command timed out'))
    }
  }

  #dropSettled(): void {
    while (this.#oldest?.command.isSettled) {
      const { next } = this.#oldest
      // A command of the old generation would keep younger ones alive until a full garbage collection.
      this.#oldest.next = undefined
      this.#oldest = next
    }
    if (!this.#oldest) this.#newest = undefined
  }
}

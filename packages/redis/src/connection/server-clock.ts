/** Asks the server for its time: seconds and microseconds. */
type AskTime = () => Promise<readonly (string | number)[]>

/** How many times the server is asked at the start: one answer without delay is enough to know its time well. */
const firstSamples = 3

/**
 * The server's clock, as well as this process knows it: sampled now and then, and
 * continued by this machine's monotonic clock in between.
 */
export class ServerClock {
  readonly #askTime: AskTime
  readonly #timer: NodeJS.Timeout
  #offset = Number.NaN

  constructor(askTime: AskTime, sampleMs: number) {
    this.#askTime = askTime
    this.#timer = setInterval(() => {
      // Without an answer the offset stays: both clocks continue.
      this.#sample().catch(() => {})
    }, sampleMs).unref()
  }

  /** Asks the server for its time, a few times. */
  async start(): Promise<void> {
    for (let sample = 0; sample < firstSamples; sample += 1) await this.#sample()
  }

  /** Unix milliseconds. Call it after {@link start}. */
  now(): number {
    return Math.floor(performance.now() + this.#offset)
  }

  async #sample(): Promise<void> {
    const sentAt = performance.now()
    const [seconds = 0, microseconds = 0] = (await this.#askTime()).map(Number)
    const receivedAt = performance.now()
    this.#offset = narrowOffset(this.#offset, seconds * 1_000 + microseconds / 1_000, sentAt, receivedAt)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

/**
 * The offset of the server's clock after an answer that it gave at some moment
 * between `sentAt` and `receivedAt`. The known offset moves only as far as the
 * answer proves it wrong, so a slow answer does no harm.
 */
export function narrowOffset(known: number, serverMs: number, sentAt: number, receivedAt: number): number {
  if (Number.isNaN(known)) return serverMs - (sentAt + receivedAt) / 2
  return Math.min(Math.max(known, serverMs - receivedAt), serverMs - sentAt)
}

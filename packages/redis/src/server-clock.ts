import type { RedisClient } from './redis-client.ts'

/** How often it is asked at the start: one answer that was not held up is enough to know the time well. */
const firstAnswers = 3

/**
 * The server's clock, as well as it is known here: asked for now and then, and
 * in between carried on by a clock of this machine that nobody can set.
 */
export class ServerClock {
  static async start(client: RedisClient, everyMs: number): Promise<ServerClock> {
    const clock = new ServerClock(client, everyMs)
    for (let answer = 0; answer < firstAnswers; answer += 1) await clock.#ask()
    return clock
  }

  readonly #client: RedisClient
  readonly #timer: NodeJS.Timeout
  #offset = Number.NaN

  private constructor(client: RedisClient, everyMs: number) {
    this.#client = client
    this.#timer = setInterval(() => {
      // When the server does not answer its clock went on as ours did.
      this.#ask().catch(() => {})
    }, everyMs).unref()
  }

  /** Unix milliseconds. */
  now(): number {
    return Math.floor(performance.now() + this.#offset)
  }

  async #ask(): Promise<void> {
    const before = performance.now()
    const [seconds = 0, microseconds = 0] = (await this.#client.time()).map(Number)
    const after = performance.now()
    this.#offset = narrowed(this.#offset, seconds * 1_000 + microseconds / 1_000, before, after)
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

/**
 * The offset of the server's clock after an answer that was made at some moment
 * between question and arrival. What is known already is moved only as far as
 * the answer proves it wrong, so that a slow answer spoils nothing.
 */
export function narrowed(known: number, serverMs: number, askedAt: number, arrivedAt: number): number {
  if (Number.isNaN(known)) return serverMs - (askedAt + arrivedAt) / 2
  return Math.min(Math.max(known, serverMs - arrivedAt), serverMs - askedAt)
}

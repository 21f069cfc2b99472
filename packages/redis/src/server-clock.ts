import type { RedisClient } from './redis-client.ts'

/**
 * The server's clock, as well as it is known here: asked for now and then, and
 * in between carried on by a clock of this machine that nobody can set.
 */
export class ServerClock {
  static async start(client: RedisClient, everyMs: number): Promise<ServerClock> {
    const clock = new ServerClock(client, everyMs)
    await clock.#ask()
    return clock
  }

  readonly #client: RedisClient
  readonly #timer: NodeJS.Timeout
  #offset = 0

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
    // The answer was made about half-way.
    this.#offset = seconds * 1_000 + microseconds / 1_000 - (before + after) / 2
  }

  stop(): void {
    clearInterval(this.#timer)
  }
}

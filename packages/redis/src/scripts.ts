import type { RedisClient } from './redis-client.ts'

/** Runs Lua scripts on a server by their digests, which it is told once. */
export class Scripts {
  readonly #client: RedisClient
  readonly #shas = new Map<string, string>()

  constructor(client: RedisClient) {
    this.#client = client
  }

  /**
   * A script that the server does not know was not run: it is sent and run again.
   *
   * @param args - Its one key first.
   */
  async run(script: string, args: readonly string[]): Promise<unknown> {
    const known = this.#shas.get(script)
    if (known) {
      try {
        return await this.#client.evalsha(known, 1, ...args)
      } catch (error) {
        if (!/NOSCRIPT/.test(String(error))) throw error
      }
    }
    const sha = String(await this.#client.script('LOAD', script))
    this.#shas.set(script, sha)
    return this.#client.evalsha(sha, 1, ...args)
  }
}

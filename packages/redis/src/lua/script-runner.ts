import type { RedisClient } from '../connection/redis-client.ts'

/** Runs Lua scripts by their digests; a server gets the text of each once. */
export class ScriptRunner {
  readonly #client: RedisClient
  readonly #digests = new Map<string, string>()

  constructor(client: RedisClient) {
    this.#client = client
  }

  /**
   * Runs a script. One that the server does not know did not run: it is loaded, and run again.
   *
   * @param args - Its only key first.
   */
  async run(script: string, args: readonly string[]): Promise<unknown> {
    const known = this.#digests.get(script)
    if (known) {
      try {
        return await this.#client.evalsha(known, 1, ...args)
      } catch (error) {
        if (!/NOSCRIPT/.test(String(error))) throw error
      }
    }
    const digest = String(await this.#client.script('LOAD', script))
    this.#digests.set(script, digest)
    return this.#client.evalsha(digest, 1, ...args)
  }
}

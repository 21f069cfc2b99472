import { hash } from 'node:crypto'

import { ClientLink } from '../connection/client-link.ts'
import type { RedisClient } from '../connection/redis-client.ts'

/** Runs Lua scripts by their digests; a server gets the text of each once. */
export class ScriptRunner {
  readonly #client: RedisClient
  readonly #digests = new Map<string, string>()

  constructor(client: RedisClient) {
    this.#client = client
  }

  /** The number of connections that were closed so far; see {@link ClientLink.closed}. */
  get closedConnections(): number {
    return ClientLink.of(this.#client).closed
  }

  /**
   * Runs a script. One that the server does not know did not run: it is loaded, and run again.
   *
   * @param args - Its only key first.
   */
  async run(script: string, args: readonly string[]): Promise<unknown> {
    const reply = await this.runKnown(script, args)
    if (reply !== undefined) return reply
    await this.load(script)
    return this.#client.evalsha(this.#digestOf(script), 1, ...args)
  }

  /** Runs a script; resolves to `undefined` when the server does not know it, so that nothing was done. */
  async runKnown(script: string, args: readonly string[]): Promise<unknown> {
    try {
      return await this.#client.evalsha(this.#digestOf(script), 1, ...args)
    } catch (error) {
      if (/NOSCRIPT/.test(String(error))) return undefined
      throw error
    }
  }

  /** Gives a script to the server. */
  async load(script: string): Promise<void> {
    await this.#client.script('LOAD', script)
  }

  #digestOf(script: string): string {
    let digest = this.#digests.get(script)
    if (digest === undefined) {
      digest = hash('sha1', script)
      this.#digests.set(script, digest)
    }
    return digest
  }
}

import { hash } from 'node:crypto'

import { ClientLink } from '../connection/client-link.ts'
import { mastersOf } from '../connection/cluster-nodes.ts'
import type { RedisClient } from '../connection/redis-client.ts'
import { withDeniedCommand } from './denied-command.ts'

/** An argument of a script: text, or bytes as they are. */
export type ScriptArgument = string | Buffer

/**
 * Runs Lua scripts by their digests; a server gets the text of each once.
 *
 * While a slot of a cluster moves, a command goes to the node that has its key. That of a
 * script is a mere prefix, which no node has, so it would go to the new node and find half
 * of the space. With a second key, and one of the two missing, both nodes answer TRYAGAIN.
 */
export class ScriptRunner {
  readonly #client: RedisClient
  readonly #keys: number
  readonly #digests = new Map<string, string>()

  constructor(client: RedisClient) {
    this.#client = client
    this.#keys = client.isCluster ? 2 : 1
  }

  /** The number of connections that were closed so far; see {@link ClientLink.closed}. */
  get closedConnections(): number {
    return ClientLink.of(this.#client).closed
  }

  /**
   * Runs a script. One that the server does not know did not run: it is run by its text.
   *
   * @param args - Its only key first.
   */
  async run(script: string, args: readonly ScriptArgument[]): Promise<unknown> {
    return (await this.runKnown(script, args)) ?? this.runText(script, args)
  }

  /**
   * Runs a script by its text, and so gives it to the server alone: Redis 6.2 hands one that is loaded on to replicas,
   * and to who restarts from the log.
   */
  async runText(script: string, args: readonly ScriptArgument[]): Promise<unknown> {
    try {
      return await this.#client.eval(script, this.#keys, ...this.#withKeys(args))
    } catch (error) {
      throw withDeniedCommand(script, error)
    }
  }

  /** Runs a script; resolves to `undefined` when the server does not know it, so that nothing was done. */
  async runKnown(script: string, args: readonly ScriptArgument[]): Promise<unknown> {
    try {
      return await this.#client.evalsha(this.#digestOf(script), this.#keys, ...this.#withKeys(args))
    } catch (error) {
      if (/NOSCRIPT/.test(String(error))) return undefined
      throw withDeniedCommand(script, error)
    }
  }

  /** Gives a script to all masters of a cluster, each of which may get the slot without a loss; does nothing elsewhere. */
  async spread(script: string): Promise<void> {
    if (this.#client.isCluster) {
      await Promise.all(mastersOf(this.#client).map(async (node) => node.script?.('LOAD', script)))
    }
  }

  #withKeys(args: readonly ScriptArgument[]): readonly ScriptArgument[] {
    return this.#keys === 1 ? args : [args[0] ?? '', `${String(args[0])}whole`, ...args.slice(1)]
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

import { OutcomeUnknownError } from '@skein/memory'

import { ClientLink } from './client-link.ts'
import type { RedisClient } from './redis-client.ts'

/** Waits until replicas have what was written, so that a failover does not lose it. */
export class Replication {
  readonly #client: RedisClient
  readonly #replicas: number
  readonly #timeoutMs: number

  /** @param replicas - How many have to have it; 0 to wait for none. */
  constructor(client: RedisClient, replicas: number, timeoutMs: number) {
    this.#client = client
    this.#replicas = replicas
    this.#timeoutMs = timeoutMs
  }

  /**
   * Does some writing, and waits for the replicas.
   *
   * @throws OutcomeUnknownError when too few have it in time; what the writing throws.
   */
  after<Result>(operation: string, writing: () => Promise<Result>): Promise<Result> {
    return this.#replicas === 0 ? writing() : this.#replicated(operation, writing)
  }

  async #replicated<Result>(operation: string, writing: () => Promise<Result>): Promise<Result> {
    const link = ClientLink.of(this.#client)
    const { closed } = link
    const result = await writing()
    // The server counts replicas that have what this very connection wrote. It must end before the command times out.
    const reached = await this.#client.wait(this.#replicas, Math.ceil(this.#timeoutMs * 0.9))
    if (reached >= this.#replicas && closed === link.closed) return result
    throw new OutcomeUnknownError(
      operation,
      `Only ${closed === link.closed ? reached : 0} of ${this.#replicas} replicas have this write. It is on the server, ` +
        'but a failover may lose it. Read the record to find out, or wait until the replicas are back.',
    )
  }
}

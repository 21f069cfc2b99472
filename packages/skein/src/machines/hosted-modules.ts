import type { Health } from '@skein/bullmq'
import { createFlock } from '@skein/core'
import type { AgentHost, Flock, FlockOptions } from '@skein/core'

import { loadDefinitions } from '../inspect/load-definitions.ts'

/** The agents of modules, hosted by a flock of this process. */
export class HostedModules implements AsyncDisposable {
  /** The names of their definitions. */
  readonly names: readonly string[]
  readonly #flock: Flock
  readonly #host: AgentHost
  #problem: string | undefined

  private constructor(flock: Flock, host: AgentHost, names: readonly string[]) {
    this.#flock = flock
    this.#host = host
    this.names = names
  }

  /** @throws InputError when a module can't be loaded or exports no definitions; OptionError when one can't be hosted. */
  static async open(files: readonly string[], options: FlockOptions, cap: number | undefined): Promise<HostedModules> {
    const flock = await createFlock(options)
    try {
      const loaded = await Promise.all(files.map((file) => loadDefinitions(file, flock)))
      const definitions = loaded.flatMap((ofFile) => [...ofFile.values()])
      const host = await flock.host(definitions, cap === undefined ? {} : { cap })
      const names = definitions.map(({ durable }) => `${durable.name}@${durable.version}`)
      const hosted = new HostedModules(flock, host, names)
      options.memory.on('disconnected', () => (hosted.#problem ??= 'The store cannot be reached.'))
      options.memory.on('reconnected', () => (hosted.#problem = undefined))
      return hosted
    } catch (error) {
      await flock.close()
      throw error
    }
  }

  get id(): string {
    return this.#host.id
  }

  health(): Health {
    const problem = this.#host.entry().isDraining ? 'It takes no more agents and is shutting down.' : this.#problem
    return { running: this.#host.agents.length, ...(problem !== undefined && { problem }) }
  }

  /** Lets agents go when they are idle, at most 30 seconds, and ends. */
  async drain(): Promise<void> {
    await this.#host.drain()
    await this.#flock.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#flock.close()
  }
}

import type { CheckMutation, ObjectStore } from '@skein/memory/store'

import type { RedisClient } from '../connection/redis-client.ts'
import { requireBulk } from '../connection/server-facts.ts'
import type { ScriptRunner } from '../lua/script-runner.ts'
import { putObjectScript } from '../lua/scripts.generated.ts'
import { scanKeys } from './scan.ts'

/** The objects of a space, a key each. Throws what the client throws. */
export class SpaceObjects implements ObjectStore {
  readonly #client: RedisClient
  readonly #scripts: ScriptRunner
  readonly #base: string
  readonly #maxBytes: number

  constructor(client: RedisClient, scripts: ScriptRunner, base: string, maxBytes: number) {
    this.#client = client
    this.#scripts = scripts
    this.#base = base
    this.#maxBytes = maxBytes
  }

  async put(name: string, bytes: Uint8Array, check?: CheckMutation): Promise<boolean> {
    requireBulk(bytes, this.#maxBytes)
    if (!check) {
      await this.#client.setnx(this.#key(name), Buffer.from(bytes))
      return true
    }
    const { collection, id } = check.key
    const args = [this.#base, name, Buffer.from(bytes), collection, id, `${check.ifVersion}`]
    return (await this.#scripts.run(putObjectScript, args)) === 1
  }

  async get(name: string, range?: { readonly start: number; readonly end: number }): Promise<Buffer | undefined> {
    const key = this.#key(name)
    if (!range) return (await this.#client.getBuffer(key)) ?? undefined
    if (!(await this.#client.exists(key))) return undefined
    return range.end <= range.start ? Buffer.alloc(0) : this.#client.getrangeBuffer(key, range.start, range.end - 1)
  }

  async has(name: string): Promise<boolean> {
    return (await this.#client.exists(this.#key(name))) === 1
  }

  async delete(name: string): Promise<void> {
    await this.#client.del(this.#key(name))
  }

  async names(): Promise<string[]> {
    const keys = await Array.fromAsync(scanKeys(this.#client, this.#key('*')))
    return keys.map((key) => key.slice(this.#key('').length))
  }

  #key(name: string): string {
    return `${this.#base}o:${name}`
  }
}

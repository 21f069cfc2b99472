import { StoreError } from '@skein/memory'
import { warn } from '@skein/memory/runtime'

import { mastersOf } from './cluster-nodes.ts'
import type { RedisClient } from './redis-client.ts'

/**
 * Asks by which policy a server drops keys when its memory is full; resolves to
 * `undefined` if it keeps those of the store. With `volatile-*` it drops keys that have
 * a time to live, and none has: records expire by the store's own clock. Of a cluster all
 * masters are asked, since each may get the space.
 */
export async function evictionPolicyOf(client: RedisClient): Promise<string | undefined> {
  const replies = await Promise.all(mastersOf(client).map((node) => node.info('memory')))
  const policies = replies.map((reply) => /^maxmemory_policy:(\S+)/m.exec(reply)?.[1])
  return policies.find((policy) => policy?.startsWith('allkeys'))
}

/** Says what to do about a server that drops records. */
export function evictionError(where: string, policy: string): StoreError {
  return new StoreError(
    'open',
    `${where} evicts keys when its memory is full (maxmemory-policy ${policy}), so acknowledged records, claims and changes would vanish. Set its maxmemory-policy to noeviction, or open the store with \`allowEviction: true\` if it may lose records.`,
  )
}

/** Warns, once, when the policy of a server is changed while a space is open. */
export class EvictionWatch {
  readonly #client: RedisClient
  readonly #where: string
  #isTold: boolean

  /** @param isAccepted - Whether nobody minds. */
  constructor(client: RedisClient, where: string, isAccepted: boolean) {
    this.#client = client
    this.#where = where
    this.#isTold = isAccepted
  }

  /** Looks at the policy. Never rejects: whoever can't reach the server hears of that elsewhere. */
  async check(): Promise<void> {
    if (this.#isTold) return
    const policy = await evictionPolicyOf(this.#client).catch(() => undefined)
    if (policy === undefined || this.#isTold) return
    this.#isTold = true
    warn(evictionError(this.#where, policy))
  }
}

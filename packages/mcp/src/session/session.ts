import type { Memory, Principal, View } from '@skein/memory'
import { ReadScope } from '@skein/memory/runtime'

import { HeldClaims } from './held-claims.ts'

/** What a session may do beside reading and writing. */
export interface SessionOptions {
  /** Whether the user of the client may answer questions on the spot, where nobody in particular was asked. */
  readonly mayElicit: boolean
  /** Called before each write with its size in bytes. @throws when a quota is used up. */
  readonly spend?: (bytes: number) => Promise<void>
}

/**
 * One client at work: a view of the memory under the client's own identity, and the tasks it has claimed.
 *
 * The view has a scope that lasts, as an agent's has: what the client has read marks all that it writes, since
 * nobody knows what it keeps in mind.
 */
export class Session implements AsyncDisposable {
  readonly view: View
  readonly claims: HeldClaims
  readonly mayElicit: boolean
  readonly #spend: SessionOptions['spend']

  constructor(memory: Memory, principal: Principal, { mayElicit, spend }: SessionOptions) {
    this.view = memory.as(principal, new ReadScope({ lasts: true }))
    this.claims = new HeldClaims(this.view)
    this.mayElicit = mayElicit
    this.#spend = spend
  }

  /** Takes a write from the client's quota. @throws QuotaError */
  async spend(value: unknown): Promise<void> {
    await this.#spend?.(Buffer.byteLength(JSON.stringify(value)))
  }

  /** Gives back what it has claimed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.claims.releaseAll()
  }
}

import { OptionError } from '@skein/memory'
import type { Claim, View } from '@skein/memory'
import type { ClaimToken } from '@skein/memory/types'

/** A claim ends so long after its client last asked for it, in milliseconds: nobody knows whether an agent still works. */
const idleMs = 600_000

/** A client may hold so many: each is renewed for it, time and again. */
const maxHeld = 100

interface Held {
  readonly claim: Claim
  readonly timer: NodeJS.Timeout
}

/** A claim as clients hand it on: one word for a model to copy. */
export function claimText({ task, fence }: ClaimToken): string {
  return `${fence}:${task}`
}

/** @throws OptionError when it isn't what {@link claimText} made. */
export function parseClaim(text: string): ClaimToken {
  const [, fence, task] = /^([1-9]\d{0,14}):(.+)$/s.exec(text) ?? []
  if (fence === undefined || task === undefined)
    throw new OptionError('claim', 'a token that the tool claim returned', text)
  return { task, fence: Number(fence) }
}

/** The tasks that a client has claimed. The process renews them; the client has to ask again now and then. */
export class HeldClaims {
  readonly #view: View
  readonly #held = new Map<string, Held>()
  readonly #begun = new Map<string, Promise<ClaimToken | undefined>>()

  constructor(view: View) {
    this.#view = view
  }

  /** Claims a task, or keeps holding it. @returns `undefined` when another holds it. @throws OptionError */
  async claim(task: string): Promise<ClaimToken | undefined> {
    const held = this.#held.get(task)
    if (held && !held.claim.signal.aborted) {
      held.timer.refresh()
      return held.claim
    }
    this.#forget(task)
    if (this.#held.size + this.#begun.size >= maxHeld && !this.#begun.has(task)) {
      throw new OptionError('task', `You hold ${maxHeld} tasks, which is the most. Release some.`)
    }
    // A client that asks twice at once is not its own rival.
    const begun = this.#begun.get(task) ?? this.#take(task).finally(() => this.#begun.delete(task))
    this.#begun.set(task, begun)
    return begun
  }

  /** Gives a task back. Without effect when it isn't held. */
  async release(task: string): Promise<void> {
    const held = this.#held.get(task)
    this.#forget(task)
    await held?.claim.release()
  }

  async releaseAll(): Promise<void> {
    await Promise.allSettled([...this.#held.keys()].map((task) => this.release(task)))
  }

  async #take(task: string): Promise<ClaimToken | undefined> {
    const claim = await this.#view.claims.claim(task)
    if (!claim) return undefined
    // Nobody awaits it: what it can't release, the end of the lease does.
    const timer = setTimeout(() => void this.release(task).catch(() => {}), idleMs).unref()
    this.#held.set(task, { claim, timer })
    return claim
  }

  #forget(task: string): void {
    clearTimeout(this.#held.get(task)?.timer)
    this.#held.delete(task)
  }
}

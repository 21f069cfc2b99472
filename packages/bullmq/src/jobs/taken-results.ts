import type { Memory, Principal } from '@skein/memory'

/** How long a result is kept that its caller has, in milliseconds: other callers of the same work may still take it. */
const takenMs = 10_000

interface Taken {
  readonly key: string
  readonly principal: Principal
  /** When it can go, by `performance.now()`. */
  readonly until: number
}

/** Results of work of which the flock keeps no record, which their callers have taken. */
export class TakenResults {
  readonly #memory: Memory
  readonly #taken: Taken[] = []

  constructor(memory: Memory) {
    this.#memory = memory
  }

  add(key: string, principal: Principal): void {
    this.#taken.push({ key, principal, until: performance.now() + takenMs })
  }

  /** Forgets those whose time is over, or all. */
  async forget(all = false): Promise<void> {
    const now = performance.now()
    const over = this.#taken.findIndex(({ until }) => until > now)
    const gone = this.#taken.splice(0, all || over === -1 ? this.#taken.length : over)
    await Promise.all(gone.map(({ key, principal }) => this.#memory.as(principal).forgetWork(key)))
  }
}

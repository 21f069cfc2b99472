import { addCost, noCost } from './cost.ts'
import type { Cost } from './cost.ts'

/** What some code took, and what reuse saved it. */
export interface Costs {
  /** What the works and calls to models within it used. */
  readonly used: Cost
  readonly saved: Cost
  /** How many results were reused. */
  readonly reused: number
}

/** Adds up what works and calls within some code use, and what reuse saves it. */
export class Account implements Costs {
  #used = noCost
  #saved = noCost
  #reused = 0

  get used(): Cost {
    return this.#used
  }

  get saved(): Cost {
    return this.#saved
  }

  get reused(): number {
    return this.#reused
  }

  /** Adds another account to this one. */
  add({ used, saved, reused }: Costs): void {
    this.use(used)
    this.reuse(saved, reused)
  }

  use(cost: Cost): void {
    this.#used = addCost(this.#used, cost)
  }

  reuse(cost: Cost, count = 1): void {
    this.#saved = addCost(this.#saved, cost)
    this.#reused += count
  }
}

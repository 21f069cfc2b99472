import { addCost, noCost } from './cost.ts'
import type { Cost } from './cost.ts'

/** Adds up what works and calls within some code use, and what reuse saves it. */
export class Account {
  #used = noCost
  #saved = noCost
  #reused = 0

  get used(): Cost {
    return this.#used
  }

  get saved(): Cost {
    return this.#saved
  }

  /** How many results were reused. */
  get reused(): number {
    return this.#reused
  }

  use(cost: Cost): void {
    this.#used = addCost(this.#used, cost)
  }

  reuse(cost: Cost, count = 1): void {
    this.#saved = addCost(this.#saved, cost)
    this.#reused += count
  }
}

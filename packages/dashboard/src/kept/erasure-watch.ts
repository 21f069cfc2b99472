import { randomUUID } from 'node:crypto'

import type { Feed, Unsubscribe } from '@skein/memory/runtime'

/** How often it looks for erasures while nobody asks, in milliseconds. */
const lookMs = 500

/**
 * Hears of erasures, whichever process they are of, and lets go of everything that a dashboard has kept of what records
 * said. What the memory doesn't hold has to register here.
 *
 * An erasure doesn't tell this place what it names, which may be above a viewer's clearance, and can't tell which prompts
 * or errors were made of it. So all copies go. What is still there is read again when somebody asks for it.
 */
export class ErasureWatch {
  readonly #feed: Pick<Feed, 'erasures'>
  readonly #keepers = new Set<() => void>()
  readonly #bootId = randomUUID()
  readonly #timer: NodeJS.Timeout
  #seen: number

  constructor(feed: Pick<Feed, 'erasures'>) {
    this.#feed = feed
    this.#seen = feed.erasures
    this.#timer = setInterval(() => this.look(), lookMs).unref()
  }

  /**
   * Registers something that keeps content of records, or texts that may have been made from it.
   *
   * @param forget - Lets go of all of it, at once.
   * @returns how to end it.
   */
  onErasure(forget: () => void): Unsubscribe {
    this.#keepers.add(forget)
    return () => this.#keepers.delete(forget)
  }

  /** Lets all that is registered forget, if something was forgotten since the last look. Call it before each answer. */
  look(): void {
    const { erasures } = this.#feed
    if (erasures === this.#seen) return
    this.#seen = erasures
    for (const forget of this.#keepers) forget()
  }

  /** Differs after an erasure from before, and after a start of this server: then copies of its answers are to go. */
  get mark(): string {
    this.look()
    return `${this.#bootId}.${this.#seen}`
  }

  /** Looks no more. */
  close(): void {
    clearInterval(this.#timer)
    this.#keepers.clear()
  }
}

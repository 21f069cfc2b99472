import type { Memory } from '@skein/memory'

/** Each kind of call is made that often. */
const everyMs = { write: 5, read: 5, search: 50 } as const

/** What somebody does who has nothing to do with an erasure. */
export type BystanderCall = keyof typeof everyMs

/** Of 99 % of its calls, how long each took from when it was due, in milliseconds. */
export type BystanderWaits = Readonly<Record<BystanderCall, number>>

/** Writes, reads from the store and searches in a memory all the time. */
export class Bystander {
  readonly #calls: Readonly<Record<BystanderCall, () => Promise<unknown>>>
  readonly #waits: Record<BystanderCall, Promise<number>[]> = { write: [], read: [], search: [] }
  #due: Record<BystanderCall, number> = { write: 0, read: 0, search: 0 }
  #timer: NodeJS.Timeout | undefined

  /** Begins once it has made each call, so that what a first call prepares is no part of what is measured. */
  static async start(memory: Memory, id: string): Promise<Bystander> {
    const bystander = new Bystander(memory, id)
    for (const call of Object.values(bystander.#calls)) await call()
    bystander.#begin()
    return bystander
  }

  private constructor(memory: Memory, id: string) {
    const { facts, observations } = memory.as({ id, role: 'sales' })
    let written = 0
    this.#calls = {
      write: () => facts.set(`${id}/${(written += 1) % 100}`, written),
      read: () => facts.read(`${id}/0`, { consistency: 'strong' }),
      // A frequent word and a rare one: most of what has them goes.
      search: () => observations.search('w0 w100', { limit: 10 }),
    }
  }

  #begin(): void {
    const now = performance.now()
    this.#due = { write: now, read: now, search: now }
    this.#timer = setInterval(() => this.#catchUp(), everyMs.write)
  }

  /** Who wanted to call while the event loop stood still has waited since then. */
  #catchUp(): void {
    for (const [call, each] of Object.entries(everyMs) as [BystanderCall, number][]) {
      for (; this.#due[call] <= performance.now(); this.#due[call] += each) {
        const due = this.#due[call]
        this.#waits[call].push(this.#calls[call]().then(() => performance.now() - due))
      }
    }
  }

  async stop(): Promise<BystanderWaits> {
    clearInterval(this.#timer)
    this.#catchUp()
    const waits = { write: 0, read: 0, search: 0 }
    for (const call of Object.keys(waits) as BystanderCall[]) {
      const sorted = (await Promise.all(this.#waits[call])).toSorted((a, b) => a - b)
      waits[call] = sorted[Math.ceil(sorted.length * 0.99) - 1] ?? 0
    }
    return waits
  }
}

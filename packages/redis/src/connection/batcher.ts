/** Items that go together, and where their answers will be. */
interface Batch<Item, Answer> {
  readonly items: Item[]
  readonly answers: Promise<readonly Answer[]>
  weight: number
  send(): void
}

/** Options of {@link Batcher}. */
interface BatcherOptions<Item, Answer> {
  /** Sends all items; resolves to their answers, in the same order. */
  readonly send: (items: readonly Item[]) => Promise<readonly Answer[]>
  readonly weightOf: (item: Item) => number
  /** A batch of this weight is sent at once, not at the end of the turn. */
  readonly maxWeight: number
}

/**
 * Sends together what is added in one turn of the event loop. A single item
 * waits for nothing: it is sent at the end of its turn, when a socket would
 * have sent it too.
 */
export class Batcher<Item, Answer> {
  readonly #options: BatcherOptions<Item, Answer>
  #batch: Batch<Item, Answer> | undefined

  constructor(options: BatcherOptions<Item, Answer>) {
    this.#options = options
  }

  /** Resolves to the answer to this item. */
  async add(item: Item): Promise<Answer> {
    const { weightOf, maxWeight } = this.#options
    const batch = (this.#batch ??= this.#begin())
    const index = batch.items.push(item) - 1
    batch.weight += weightOf(item)
    if (batch.weight >= maxWeight) batch.send()
    return (await batch.answers)[index] as Answer
  }

  #begin(): Batch<Item, Answer> {
    const { promise, resolve } = Promise.withResolvers<readonly Answer[]>()
    const items: Item[] = []
    const batch: Batch<Item, Answer> = {
      items,
      answers: promise,
      weight: 0,
      send: () => {
        if (this.#batch !== batch) return
        this.#batch = undefined
        resolve(this.#options.send(items))
      },
    }
    process.nextTick(batch.send)
    return batch
  }
}

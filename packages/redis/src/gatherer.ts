/** What is asked for in one turn, and where its answers will be. */
interface Gathered<Item, Answer> {
  readonly items: Item[]
  readonly answers: Promise<readonly Answer[]>
  weight: number
  send(): void
}

/** Options of {@link Gatherer}. */
interface GathererOptions<Item, Answer> {
  /** Asks for all of them; answers in their order. */
  readonly ask: (items: readonly Item[]) => Promise<readonly Answer[]>
  readonly weightOf: (item: Item) => number
  /** What weighs this much is asked for at once, and not only when the turn ends. */
  readonly maxWeight: number
}

/**
 * Asks together for what is asked for in one turn of the event loop. A single
 * item waits for nobody: it is sent when its turn ends, which is when a socket
 * would have sent it too.
 */
export class Gatherer<Item, Answer> {
  readonly #options: GathererOptions<Item, Answer>
  #gathered: Gathered<Item, Answer> | undefined

  constructor(options: GathererOptions<Item, Answer>) {
    this.#options = options
  }

  async ask(item: Item): Promise<Answer> {
    const { weightOf, maxWeight } = this.#options
    const gathered = (this.#gathered ??= this.#begin())
    const index = gathered.items.push(item) - 1
    gathered.weight += weightOf(item)
    if (gathered.weight >= maxWeight) gathered.send()
    return (await gathered.answers)[index] as Answer
  }

  #begin(): Gathered<Item, Answer> {
    const { promise, resolve } = Promise.withResolvers<readonly Answer[]>()
    const items: Item[] = []
    const gathered: Gathered<Item, Answer> = {
      items,
      answers: promise,
      weight: 0,
      send: () => {
        if (this.#gathered !== gathered) return
        this.#gathered = undefined
        resolve(this.#options.ask(items))
      },
    }
    process.nextTick(gathered.send)
    return gathered
  }
}

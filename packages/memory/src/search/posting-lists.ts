/**
 * Documents that have a term, in ascending order: each a number, times 16, plus its repeats. Most
 * terms are in few records: one is kept as a number, a few as a list, and many packed
 * behind their count.
 */
type Entries = number | readonly number[] | Uint32Array

/** The number of an entry's document. */
export function documentOf(entry: number): number {
  return entry >>> 4
}

const mostUnpacked = 6

/** What a search reads of a list. */
export type ReadEntries = ArrayLike<number> & Iterable<number>

/**
 * The lists of documents of one group, by a name: a term, or a task. Documents that were removed stay in them until somebody
 * reads the list, or all documents get new numbers.
 */
export class PostingLists {
  #lists = new Map<string, Entries>()
  /** Lists that have yet to get new numbers. None of them is among the others. */
  #older: Older | undefined
  /** Changes when documents were removed. */
  #removals = 0
  readonly #cleaned = new Map<string, number>()

  /** Adds the entry of a new document; returns whether the list is a new one. */
  add(name: string, entry: number): boolean {
    const entries = this.#take(name)
    this.#lists.set(name, appended(entries, entry))
    return entries === undefined
  }

  /** Notes that a document is gone. */
  removed(): void {
    this.#removals += 1
  }

  /** A list without removed documents. It is cleaned once after removals, by whoever reads it. */
  read(name: string, isThere: (document: number) => boolean): ReadEntries {
    const found = this.#take(name)
    if (found === undefined || this.#removals === 0) return eachOf(found)
    if (this.#cleaned.get(name) === this.#removals) return eachOf(found)
    this.#cleaned.set(name, this.#removals)
    return eachOf(this.#keep(name, present(found, isThere)))
  }

  has(name: string): boolean {
    return this.#lists.has(name) || this.#older?.lists.has(name) === true
  }

  /** All names, also of lists that hold removed documents only. */
  *names(): Generator<string> {
    yield* this.#lists.keys()
    if (this.#older) yield* this.#older.lists.keys()
  }

  /** How often a document is in each list that has it. It looks through all lists, for what happens seldom. */
  countsOf(document: number): ReadonlyMap<string, number> {
    this.goOn(Infinity)
    const counts = new Map<string, number>()
    for (const [name, entries] of this.#lists) {
      for (const entry of eachOf(entries)) if (documentOf(entry) === document) counts.set(name, entry % 16)
    }
    return counts
  }

  /**
   * From now on documents have other numbers, in the same order. Each list gets them when it is next used, or by
   * {@link goOn}, before they may change again.
   *
   * @param numbers - The new number of each, -1 for one that is gone.
   */
  renumber(numbers: readonly number[]): void {
    this.#older = { lists: this.#lists, left: this.#lists.entries(), numbers }
    this.#lists = new Map()
    this.#cleaned.clear()
  }

  /** Gives lists their new numbers; returns how many of so many entries are left to do, above 0 once all lists have them. */
  goOn(most: number): number {
    let left = most
    while (this.#older && left > 0) {
      const next = this.#older.left.next()
      if (next.done) this.#older = undefined
      else {
        left -= countOf(next.value[1])
        this.#take(next.value[0])
      }
    }
    return left
  }

  /** A list with the numbers that hold now. */
  #take(name: string): Entries | undefined {
    const entries = this.#older?.lists.get(name)
    if (!this.#older || entries === undefined) return this.#lists.get(name)
    const { lists, numbers } = this.#older
    lists.delete(name)
    return this.#keep(name, renumbered(entries, numbers))
  }

  #keep(name: string, entries: Entries | undefined): Entries | undefined {
    if (entries === undefined) this.#lists.delete(name)
    else this.#lists.set(name, entries)
    return entries
  }
}

interface Older {
  readonly lists: Map<string, Entries>
  /** One for all steps: a new one would have to step over all that were deleted. */
  readonly left: MapIterator<[string, Entries]>
  readonly numbers: readonly number[]
}

/** Adds an entry at the end, and returns what then holds them. */
function appended(entries: Entries | undefined, entry: number): Entries {
  if (entries === undefined) return entry
  if (typeof entries === 'number') return [entries, entry]
  // Copied, since a list that is pushed to takes room for sixteen more.
  if (!(entries instanceof Uint32Array)) {
    return entries.length < mostUnpacked ? [...entries, entry] : packed([...entries, entry])
  }
  const count = entries[0] ?? 0
  const list = count + 1 === entries.length ? packed(entries.subarray(1)) : entries
  list[count + 1] = entry
  list[0] = count + 1
  return list
}

/** The entries whose documents are there. */
function present(entries: Entries, isThere: (document: number) => boolean): Entries | undefined {
  const list = eachOf(entries)
  const kept = new Uint32Array(list.length)
  let count = 0
  for (let at = 0; at < kept.length; at += 1) {
    const entry = list[at] ?? 0
    if (isThere(documentOf(entry))) kept[count++] = entry
  }
  return asEntries(kept, count)
}

/** The entries with the new numbers of their documents. A loop of its own, since a frequent term has as many as there are documents. */
function renumbered(entries: Entries, numbers: readonly number[]): Entries | undefined {
  const list = eachOf(entries)
  const kept = new Uint32Array(list.length)
  let count = 0
  for (let at = 0; at < kept.length; at += 1) {
    const entry = list[at] ?? 0
    const number = numbers[documentOf(entry)] ?? -1
    if (number >= 0) kept[count++] = number * 16 + (entry & 15)
  }
  return asEntries(kept, count)
}

/** The first of some entries, packed as they would be had they been added one by one. */
function asEntries(list: Uint32Array, count: number): Entries | undefined {
  if (count > mostUnpacked) return packed(list.subarray(0, count))
  return count > 1 ? [...list.subarray(0, count)] : count === 1 ? list[0] : undefined
}

/** How many entries there are. */
function countOf(entries: Entries): number {
  if (typeof entries === 'number') return 1
  return entries instanceof Uint32Array ? (entries[0] ?? 0) : entries.length
}

/** All entries, to be read only. */
function eachOf(entries: Entries | undefined): ArrayLike<number> & Iterable<number> {
  if (entries === undefined) return []
  if (typeof entries === 'number') return [entries]
  return entries instanceof Uint32Array ? entries.subarray(1, 1 + (entries[0] ?? 0)) : entries
}

/** A list with room for a fifth more. */
function packed(entries: ArrayLike<number>): Uint32Array {
  const list = new Uint32Array(2 + Math.ceil(entries.length * 1.2))
  list.set(entries, 1)
  list[0] = entries.length
  return list
}

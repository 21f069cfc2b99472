/** Documents that have a term, in ascending order: each a number, times 16, plus its repeats. */
export type Entries = number | number[] | EntryList

/** The number of an entry's document. */
export function documentOf(entry: number): number {
  return Math.floor(entry / 16)
}

/** Most terms stand in few records: one is kept as a number, a few as a list, and many packed. */
const mostUnpacked = 8

/** Adds an entry at the end, and returns what then holds them. */
export function appended(entries: Entries | undefined, entry: number): Entries {
  if (entries === undefined) return entry
  if (typeof entries === 'number') return [entries, entry]
  entries.push(entry)
  return Array.isArray(entries) && entries.length > mostUnpacked ? new EntryList(entries) : entries
}

/** The entries that pass, packed as they would be had no others been there. */
export function filtered(entries: Entries, map: (entry: number) => number | undefined): Entries | undefined {
  let kept: Entries | undefined
  for (const entry of eachOf(entries)) {
    const mapped = map(entry)
    if (mapped !== undefined) kept = appended(kept, mapped)
  }
  return kept
}

/** All entries, to be read only. */
export function eachOf(entries: Entries | undefined): ArrayLike<number> & Iterable<number> {
  if (entries === undefined) return []
  if (typeof entries === 'number') return [entries]
  return Array.isArray(entries) ? entries : entries.view
}

/** Many entries in four bytes each. */
export class EntryList {
  #entries: Uint32Array
  #length: number

  constructor(entries: readonly number[]) {
    this.#entries = new Uint32Array(entries.length * 2)
    this.#entries.set(entries)
    this.#length = entries.length
  }

  get view(): Uint32Array {
    return this.#entries.subarray(0, this.#length)
  }

  push(entry: number): void {
    if (this.#length === this.#entries.length) {
      const larger = new Uint32Array(Math.ceil(this.#length * 1.25))
      larger.set(this.#entries)
      this.#entries = larger
    }
    this.#entries[this.#length] = entry
    this.#length += 1
  }
}

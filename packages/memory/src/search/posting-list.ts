/**
 * Documents that have a term, in ascending order: each a number, times 16, plus its repeats. Most
 * terms are in few records: one is kept as a number, a few as a list, and many packed
 * behind their count.
 */
export type Entries = number | readonly number[] | Uint32Array

/** The number of an entry's document. */
export function documentOf(entry: number): number {
  return Math.floor(entry / 16)
}

const mostUnpacked = 6

/** Adds an entry at the end, and returns what then holds them. */
export function appended(entries: Entries | undefined, entry: number): Entries {
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

/** The entries for which a function gives one, packed as they would be had no others been there. */
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
  return entries instanceof Uint32Array ? entries.subarray(1, 1 + (entries[0] ?? 0)) : entries
}

/** A list with room for a fifth more. */
function packed(entries: ArrayLike<number>): Uint32Array {
  const list = new Uint32Array(2 + Math.ceil(entries.length * 1.2))
  list.set(entries, 1)
  list[0] = entries.length
  return list
}

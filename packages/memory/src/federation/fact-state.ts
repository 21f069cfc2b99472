import type { RecordMeta } from '../store/record.ts'

/**
 * The state of a fact across nodes: a multi-value register with a version
 * vector. Pure functions; `fact-replica.ts` stores it.
 *
 * After Preguiça, Baquero, Almeida, Fonte, Gonçalves, "Dotted Version Vectors:
 * Logical Clocks for Optimistic Replication" (2012). Each write is an entry
 * under a dot of its own; the context records which dots were ever seen. If one
 * side has an entry that the other has seen but no longer has, it was replaced.
 *
 * Hybrid logical clocks decide which entry is shown, then the node's name
 * (Kulkarni, Demirbas, Madappa, Avva, Leone, "Logical Physical Clocks", 2014).
 */

/** A time of a hybrid logical clock: close to the writer's wall clock, never earlier than a stamp it had seen. */
export interface Stamp {
  /** Unix milliseconds. */
  readonly ms: number
  /** Tells writes of one millisecond apart. */
  readonly count: number
}

/** Identifies one write of a node to the key. A node's numbers grow; gaps are allowed, repeats are not. */
export interface Dot {
  readonly node: string
  readonly n: number
}

/** One write of a fact, as every node keeps it until a write that has seen it replaces it. */
export interface FactEntry extends Stamp, Dot {
  /** JSON text; `null` for a delete. */
  readonly value: string | null
  readonly meta: RecordMeta
  /** When it was written, Unix milliseconds by the clock of its node's store. */
  readonly at: number
  /** By the same clock. */
  readonly expiresAt?: number | undefined
}

/** The highest number seen of each node's dots, sorted by the nodes' names. */
export type Context = readonly (readonly [node: string, n: number])[]

/** The entries, winner first, and the dots ever seen. */
export interface FactState {
  readonly entries: readonly FactEntry[]
  readonly context: Context
  /** Where the key was forgotten: all entries up to this stamp are gone, those that are still to come as well. */
  readonly erased?: Stamp | undefined
}

/** A key that no node ever shared. */
export const unknownFact: FactState = { entries: [], context: [] }

/** Later stamps are greater. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return a.ms - b.ms || a.count - b.count
}

/** Orders entries, the one to show first. Only entries with the same dot compare as equal. */
export function compareEntries(a: FactEntry, b: FactEntry): number {
  if (a.node !== b.node) return compareStamps(b, a) || (a.node < b.node ? 1 : -1)
  return compareStamps(b, a) || b.n - a.n
}

/** The entry to show; `undefined` for a key that no node shared. */
export function winnerOf({ entries }: FactState): FactEntry | undefined {
  return entries[0]
}

/** Whether a dot was seen. */
function hasSeen(context: Context, { node, n }: Dot): boolean {
  return context.some(([name, seen]) => name === node && n <= seen)
}

/**
 * Merges two nodes' states of a key. The result doesn't depend on the order or
 * number of merges.
 */
export function mergeStates(a: FactState, b: FactState): FactState {
  const erased = latestOf([a.erased, b.erased])
  const keptBy = (one: FactState, other: FactState): readonly FactEntry[] =>
    one.entries.filter((entry) => isAfter(entry, erased) && (hasDot(other, entry) || !hasSeen(other.context, entry)))
  const ours = keptBy(a, b)
  const theirs = keptBy(b, a).filter((entry) => !ours.some((own) => isSameDot(own, entry)))
  const entries = [...ours, ...theirs].toSorted(compareEntries)
  return { entries, context: mergeContexts(a.context, b.context), ...(erased && { erased }) }
}

/** The latest of some stamps; `undefined` for none. */
export function latestOf(stamps: readonly (Stamp | undefined)[]): Stamp | undefined {
  const latest = stamps
    .filter((stamp) => stamp !== undefined)
    .toSorted(compareStamps)
    .at(-1)
  return latest && { ms: latest.ms, count: latest.count }
}

/** Whether an entry was written after a key was forgotten. */
export function isAfter(entry: Stamp, erased: Stamp | undefined): boolean {
  return erased === undefined || compareStamps(entry, erased) > 0
}

/** The stamp of a write at a time, later than all stamps seen. */
export function nextStamp(at: number, seen: readonly Stamp[]): Stamp {
  const latest = seen.toSorted(compareStamps).at(-1)
  if (!latest || at > latest.ms) return { ms: at, count: 0 }
  return { ms: latest.ms, count: latest.count + 1 }
}

/** Whether two states are equal, so that a merge brought nothing new. */
export function isSameState(a: FactState, b: FactState): boolean {
  return (
    a.entries.length === b.entries.length &&
    a.entries.every((entry, index) => isSameDot(entry, b.entries[index] as FactEntry)) &&
    JSON.stringify([a.context, a.erased]) === JSON.stringify([b.context, b.erased])
  )
}

/** Whether two entries are the same write. */
export function isSameDot(a: Dot, b: Dot): boolean {
  return a.node === b.node && a.n === b.n
}

function hasDot({ entries }: FactState, dot: Dot): boolean {
  return entries.some((entry) => isSameDot(entry, dot))
}

/** The union of two contexts: every dot that either side has seen. */
export function mergeContexts(a: Context, b: Context): Context {
  const all = new Map(a)
  for (const [node, n] of b) all.set(node, Math.max(n, all.get(node) ?? 0))
  return [...all].toSorted(([one], [other]) => (one < other ? -1 : 1))
}

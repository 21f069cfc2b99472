import type { RecordMeta } from '../store/record.ts'

/**
 * What a key of the facts holds across nodes: a multi-value register with a
 * version vector. Pure functions; how it is stored stands in `held-fact.ts`.
 *
 * After Preguiça, Baquero, Almeida, Fonte, Gonçalves, "Dotted Version Vectors:
 * Logical Clocks for Optimistic Replication" (2012). Each write is an entry
 * under a dot of its own; the context tells which dots were ever seen. An entry
 * that one side has and the other has seen but no longer has was replaced.
 *
 * Which entry is shown is decided by hybrid logical clocks (Kulkarni, Demirbas,
 * Madappa, Avva, Leone, "Logical Physical Clocks", 2014), then by node.
 */

/** A time of a hybrid logical clock: never earlier than what the writer had seen, close to its wall clock. */
export interface Stamp {
  /** Unix milliseconds. */
  readonly ms: number
  /** Tells writes of one millisecond apart. */
  readonly count: number
}

/** Names one write: the n-th of a node to the key. Numbers may be left out, none is used twice. */
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

/** For each node the highest number of its dots that was seen; in the order of the nodes' names. */
export type Context = readonly (readonly [node: string, n: number])[]

/** Best entry first. */
export interface FactState {
  readonly entries: readonly FactEntry[]
  readonly context: Context
}

/** A key that no node ever shared. */
export const unknownFact: FactState = { entries: [], context: [] }

/** Later stamps are greater. */
export function compareStamps(a: Stamp, b: Stamp): number {
  return a.ms - b.ms || a.count - b.count
}

/** Orders entries, the one to be shown first. No two entries are equal but those of the same dot. */
export function compareEntries(a: FactEntry, b: FactEntry): number {
  if (a.node !== b.node) return compareStamps(b, a) || (a.node < b.node ? 1 : -1)
  return compareStamps(b, a) || b.n - a.n
}

/** The entry that is shown; `undefined` for a key that nobody shared. */
export function winnerOf({ entries }: FactState): FactEntry | undefined {
  return entries[0]
}

/** Whether a dot was seen. */
function hasSeen(context: Context, { node, n }: Dot): boolean {
  return context.some(([name, seen]) => name === node && n <= seen)
}

/**
 * What two nodes know of a key, put together: the same in whatever order and
 * however often states are merged.
 */
export function mergeStates(a: FactState, b: FactState): FactState {
  const keptBy = (one: FactState, other: FactState): readonly FactEntry[] =>
    one.entries.filter((entry) => hasDot(other, entry) || !hasSeen(other.context, entry))
  const ours = keptBy(a, b)
  const theirs = keptBy(b, a).filter((entry) => !ours.some((own) => isSameDot(own, entry)))
  return { entries: [...ours, ...theirs].toSorted(compareEntries), context: mergeContexts(a.context, b.context) }
}

/** The stamp of a write made at a time, after what was seen. */
export function nextStamp(at: number, seen: readonly Stamp[]): Stamp {
  const latest = seen.toSorted(compareStamps).at(-1)
  if (!latest || at > latest.ms) return { ms: at, count: 0 }
  return { ms: latest.ms, count: latest.count + 1 }
}

/** Whether two states say the same: the merge of two states made nothing new. */
export function isSameState(a: FactState, b: FactState): boolean {
  return (
    a.entries.length === b.entries.length &&
    a.entries.every((entry, index) => isSameDot(entry, b.entries[index] as FactEntry)) &&
    JSON.stringify(a.context) === JSON.stringify(b.context)
  )
}

/** Whether two entries are the same write. */
export function isSameDot(a: Dot, b: Dot): boolean {
  return a.node === b.node && a.n === b.n
}

function hasDot({ entries }: FactState, dot: Dot): boolean {
  return entries.some((entry) => isSameDot(entry, dot))
}

/** All that either side has seen. */
export function mergeContexts(a: Context, b: Context): Context {
  const all = new Map(a)
  for (const [node, n] of b) all.set(node, Math.max(n, all.get(node) ?? 0))
  return [...all].toSorted(([one], [other]) => (one < other ? -1 : 1))
}

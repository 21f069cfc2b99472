import type { MatchPlace } from '../store/query.ts'
import type { WordMatches } from './match-words.ts'

/** A record that was found. */
export interface RankedMatch {
  readonly seq: number
  readonly slot: number
  readonly score: number
}

/** How {@link topMatches} sees records. */
export interface MatchOptions {
  readonly limit: number
  /** The position of a record in the feed. */
  readonly seqOf: (slot: number) => number
  /** Where the previous page ended: only records that come after it are found. */
  readonly below?: MatchPlace | undefined
  /** Whether a record passes the filter; asked only of records that would be among the best. */
  readonly passes: (slot: number) => boolean
}

const span = 8_192
// Of the span at hand. All zero between searches, which run one after the other.
const scores = new Float64Array(span)
const coverage = new Float64Array(span)
const having = new Uint8Array(span)
const touched = new Int32Array(span)

/**
 * The best matches of a query, best first, and newest first among equal ones: exactly those
 * that scoring all would give. A score is the sum over the words times the number of words that match,
 * so a record that has all words comes before one that repeats some.
 *
 * Slots are looked at in spans, from the newest. Once there are enough records, a span is
 * skipped whose words together can't reach the score of the last of them, and within a span
 * records are looked up rather than collected that have only words which together can't reach it
 * (MaxScore: Turtle and Flood, "Query evaluation: strategies and optimizations", 1995).
 */
export function topMatches(words: readonly WordMatches[], options: MatchOptions): RankedMatch[] {
  try {
    return bestOf(words, options)
  } catch (error) {
    for (const column of [scores, coverage, having]) column.fill(0)
    throw error
  }
}

function bestOf(words: readonly WordMatches[], { limit, below, seqOf, passes }: MatchOptions): RankedMatch[] {
  const best = new BestMatches(limit)
  const required = words.filter((word) => word.required).length
  const cursors = words.map((word) => ({ ...word, at: word.slots.length - 1 })).toSorted((a, b) => a.best - b.best)
  for (;;) {
    let newest = -1
    for (const { slots, at } of cursors) if (at >= 0) newest = Math.max(newest, slots[at] ?? -1)
    if (newest < 0) return best.inOrder()
    const start = newest - (newest % span)
    const active = cursors.filter(({ slots, at }) => at >= 0 && (slots[at] ?? -1) >= start)
    let count = 0
    for (const [index, cursor] of active.toReversed().entries()) {
      const rest = active.slice(0, active.length - index)
      const adds = required > 0 || best.mayHold(boundOf(rest))
      if (!adds && count === 0) {
        for (const each of rest) skip(each, start)
        break
      }
      const { slots, scores: added } = cursor
      for (; cursor.at >= 0 && (slots[cursor.at] ?? -1) >= start; cursor.at -= 1) {
        const place = (slots[cursor.at] ?? 0) - start
        if (coverage[place] === 0) {
          if (!adds) continue
          touched[count] = place
          count += 1
        }
        scores[place] = (scores[place] ?? 0) + (added[cursor.at] ?? 0)
        coverage[place] = (coverage[place] ?? 0) + cursor.coverage
        if (cursor.required) having[place] = (having[place] ?? 0) + 1
      }
    }
    for (let at = 0; at < count; at += 1) {
      const place = touched[at] ?? 0
      const score = (scores[place] ?? 0) * (coverage[place] ?? 0)
      if (having[place] === required && best.mayHold(score) && !(below && score > below.score)) {
        const match = { slot: start + place, score, seq: seqOf(start + place) }
        if (!below || compare(below, match) < 0) best.offer(match, passes)
      }
      scores[place] = coverage[place] = having[place] = 0
    }
  }
}

type Cursor = WordMatches & { at: number }

/** The highest score that these words can give together. */
function boundOf(words: readonly Cursor[]): number {
  let [score, covered] = [0, 0]
  for (const word of words) {
    score += word.best
    covered += word.coverage
  }
  return score * covered
}

/** Leaves out all slots from a start on. */
function skip(cursor: Cursor, start: number): void {
  let [low, high] = [-1, cursor.at]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((cursor.slots[middle] ?? 0) < start) low = middle
    else high = middle - 1
  }
  cursor.at = low
}

/** The best matches so far: a heap whose root is the last of them. */
class BestMatches {
  readonly #heap: RankedMatch[] = []
  readonly #limit: number

  constructor(limit: number) {
    this.#limit = limit
  }

  mayHold(score: number): boolean {
    return this.#heap.length < this.#limit || score >= (this.#heap[0]?.score ?? 0)
  }

  offer(match: RankedMatch, passes: (slot: number) => boolean): void {
    const heap = this.#heap
    if (heap.length < this.#limit) {
      if (!passes(match.slot)) return
      heap.push(match)
      this.#rise(heap.length - 1)
    } else if (compare(match, heap[0] as RankedMatch) < 0 && passes(match.slot)) {
      heap[0] = match
      this.#sink()
    }
  }

  inOrder(): RankedMatch[] {
    return this.#heap.toSorted(compare)
  }

  #rise(from: number): void {
    const heap = this.#heap
    for (let at = from; at > 0;) {
      const above = (at - 1) >> 1
      if (compare(heap[at] as RankedMatch, heap[above] as RankedMatch) <= 0) return
      this.#swap(at, above)
      at = above
    }
  }

  #sink(): void {
    const heap = this.#heap
    for (let at = 0; ;) {
      let last = at
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < heap.length && compare(heap[below] as RankedMatch, heap[last] as RankedMatch) > 0) last = below
      }
      if (last === at) return
      this.#swap(at, last)
      at = last
    }
  }

  #swap(a: number, b: number): void {
    const heap = this.#heap
    const kept = heap[a] as RankedMatch
    heap[a] = heap[b] as RankedMatch
    heap[b] = kept
  }
}

/** Below 0 if the first comes before the second. */
function compare(a: MatchPlace, b: MatchPlace): number {
  return b.score - a.score || b.seq - a.seq
}

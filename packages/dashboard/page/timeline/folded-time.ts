import type { Span } from '../state/tracks.ts'

/** The width of a folded gap, in milliseconds of busy time. */
const foldMs = 700

/** A folded gap. */
export interface Fold {
  /** Where it begins in folded time. */
  readonly start: number
  readonly end: number
  /** Its real length, in milliseconds. */
  readonly ms: number
}

/**
 * Time with its idle gaps folded: a gap of any length takes the same short
 * width. Both conversions are continuous and monotonic.
 */
export class FoldedTime {
  readonly folds: readonly Fold[]
  /** The length of all folded time. */
  readonly length: number
  readonly #pieces: readonly { readonly from: number; readonly to: number; readonly start: number }[]

  constructor(spans: readonly Span[]) {
    const pieces: { from: number; to: number; start: number }[] = []
    const folds: Fold[] = []
    let start = 0
    for (const { from, to } of spans) {
      const before = pieces.at(-1)
      if (before) {
        const ms = from - before.to
        const fold = Math.min(ms, foldMs)
        if (ms > foldMs) folds.push({ start, end: start + fold, ms })
        start += fold
      }
      pieces.push({ from, to, start })
      start += to - from
    }
    this.#pieces = pieces
    this.folds = folds
    this.length = start
  }

  /** Converts a time to folded milliseconds from the start. */
  toFolded(time: number): number {
    const index = this.#pieces.findLastIndex(({ from }) => from <= time)
    const piece = this.#pieces[index]
    if (!piece) return time - (this.#pieces[0]?.from ?? time)
    const length = piece.to - piece.from
    const next = this.#pieces[index + 1]
    if (time <= piece.to || !next) return piece.start + (time - piece.from)
    const gap = next.from - piece.to
    return piece.start + length + ((time - piece.to) / gap) * (next.start - piece.start - length)
  }

  /** Converts folded milliseconds from the start to a time. */
  toTime(folded: number): number {
    const index = this.#pieces.findLastIndex(({ start }) => start <= folded)
    const piece = this.#pieces[index]
    if (!piece) return (this.#pieces[0]?.from ?? 0) + folded
    const length = piece.to - piece.from
    const into = folded - piece.start
    const next = this.#pieces[index + 1]
    if (into <= length || !next) return piece.from + into
    const share = (into - length) / (next.start - piece.start - length)
    return piece.to + share * (next.from - piece.to)
  }
}

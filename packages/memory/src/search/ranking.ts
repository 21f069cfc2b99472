/**
 * How much a record matches a word: BM25+ (Lv and Zhai, "Lower-bounding term frequency
 * normalization", 2011), so that a long text that has a word comes before one that doesn't. Every store ranks by these functions, and every
 * count in them is of records that the asker may see.
 */

/** BM25's k1: how fast repetitions of a term saturate. */
const saturation = 1.2
/** BM25's b: how strongly long texts are penalized. */
const lengthWeight = 0.35
/** BM25+'s δ: what a word gives however long the text is. */
const presence = 0.5
/** No text counts as longer than so many average ones. */
const mostLengths = 8

/** What the records that a search may see have in common. */
export interface Totals {
  readonly records: number
  /** The number of their terms, repeated ones too. */
  readonly length: number
}

/** How often a record has a term, at most 15, times 256, and the code of its length. */
export type PostingCode = number

/** The most repetitions that are told apart. */
export const mostRepeats = 15

/** Codes how often a record has a term, and how long it is: within 2 %, so it takes a byte. */
export function postingCode(repeats: number, length: number): PostingCode {
  return Math.min(mostRepeats, repeats) * 256 + lengthCode(length)
}

/** The code of a record's length, from 0 to 255. */
export function lengthCode(length: number): number {
  return Math.min(255, Math.round(16 * Math.log2(Math.max(1, length))))
}

/** The lengths that codes stand for. */
const lengths = Float64Array.from({ length: 256 }, (_, code) => 2 ** (code / 16))
let known: { readonly average: number; readonly table: Float64Array } | undefined

/** The part of a score that a term gives, by posting code, before its weight. */
export function impactTable({ records, length }: Totals): Float64Array {
  const average = Math.max(1, length) / Math.max(1, records)
  if (known?.average === average) return known.table
  const table = new Float64Array((mostRepeats + 1) * 256)
  for (let code = 0; code < 256; code += 1) {
    const norm = saturation * (1 - lengthWeight + lengthWeight * Math.min(mostLengths, (lengths[code] ?? 0) / average))
    for (let repeats = 1; repeats <= mostRepeats; repeats += 1) {
      table[repeats * 256 + code] = presence + (repeats * (saturation + 1)) / (repeats + norm)
    }
  }
  known = { average, table }
  return table
}

/** BM25's inverse document frequency, in its never negative form. */
export function weightOf(frequency: number, { records }: Totals): number {
  return Math.log(1 + (Math.max(records, frequency) - frequency + 0.5) / (frequency + 0.5))
}

/** Scores are multiples of 2⁻²⁰, so that their sum is the same in whichever order they are added. */
export function rounded(score: number): number {
  return Math.round(score * 1_048_576) / 1_048_576
}

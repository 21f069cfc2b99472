import { postingCode } from '@skein/memory/store'
import type { Postings } from '@skein/memory/store'

/** Collects the records that have a term, in the order of their positions. */
export class PostingWriter {
  #bytes = new Uint8Array(16)
  #length = 0
  #last: number

  /** @param start - The position where the block begins. */
  constructor(start: number) {
    this.#last = start
  }

  /** For each record: the distance to the one before with a bit for repeats, the repeats if there are any, the length. */
  add(seq: number, code: number): void {
    const repeats = Math.floor(code / 256)
    if (this.#length + 12 > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2)
      larger.set(this.#bytes)
      this.#bytes = larger
    }
    let rest = (seq - this.#last) * 2 + (repeats > 1 ? 1 : 0)
    this.#last = seq
    for (; rest >= 128; rest = Math.floor(rest / 128)) this.#push((rest % 128) + 128)
    this.#push(rest)
    if (repeats > 1) this.#push(repeats)
    this.#push(code % 256)
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #push(byte: number): void {
    this.#bytes[this.#length] = byte
    this.#length += 1
  }
}

/** Calls for each record of a list. */
export function readPostings(start: number, bytes: Uint8Array, each: (seq: number, code: number) => void): void {
  let seq = start
  for (let at = 0; at < bytes.length;) {
    let byte = bytes[at++] ?? 0
    let step = byte % 128
    for (let scale = 128; byte >= 128; scale *= 128) {
      byte = bytes[at++] ?? 0
      step += (byte % 128) * scale
    }
    seq += Math.floor(step / 2)
    const repeats = step % 2 === 1 ? (bytes[at++] ?? 0) : 1
    each(seq, repeats * 256 + (bytes[at++] ?? 0))
  }
}

/** Packs terms for the column `terms`: each with a space before and after it, as often as the text has it. */
export function packTerms(terms: readonly string[]): string {
  return ` ${terms.join(' ')} `
}

/** The terms of a column, each with its posting code. */
export function unpackTerms(packed: string): { readonly codes: ReadonlyMap<string, number>; readonly length: number } {
  const terms = packed.slice(1, -1).split(' ')
  const counts = new Map<string, number>()
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1)
  const codes = new Map<string, number>()
  for (const [term, repeats] of counts) codes.set(term, postingCode(repeats, terms.length))
  return { codes, length: terms.length }
}

/** Joins lists whose positions don't overlap, lowest first. */
export function joinPostings(lists: readonly Postings[]): Postings {
  const [first = nothing] = lists
  if (lists.length <= 1) return first
  const length = lists.reduce((sum, { slots }) => sum + slots.length, 0)
  const slots = new Float64Array(length)
  const codes = new Uint16Array(length)
  let at = 0
  for (const list of lists) {
    slots.set(list.slots, at)
    codes.set(list.codes, at)
    at += list.slots.length
  }
  return { slots, codes }
}

const nothing: Postings = { slots: [], codes: [] }

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

  /** Begins another list, in place of the one before. */
  restart(start: number): void {
    this.#last = start
    this.#length = 0
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

  /**
   * Adds the records of another list, whose positions come after those that are here.
   *
   * @param without - Records that are left out.
   */
  addAll(start: number, bytes: Uint8Array, without: ReadonlySet<number>): void {
    const isWhole = without.size === 0
    let seq = start
    for (let at = 0; at < bytes.length;) {
      let byte = bytes[at++] ?? 0
      let step = byte & 127
      for (let scale = 128; byte >= 128; scale *= 128) {
        byte = bytes[at++] ?? 0
        step += (byte & 127) * scale
      }
      const isRepeated = step % 2
      seq += (step - isRepeated) / 2
      const repeats = isRepeated === 1 ? (bytes[at++] ?? 0) : 1
      const code = repeats * 256 + (bytes[at++] ?? 0)
      if (isWhole || !without.has(seq)) this.add(seq, code)
    }
  }

  /** What holds the list, up to {@link PostingWriter.length}, until something is added. */
  get buffer(): Uint8Array {
    return this.#bytes
  }

  get length(): number {
    return this.#length
  }

  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length)
  }

  #push(byte: number): void {
    this.#bytes[this.#length] = byte
    this.#length += 1
  }
}

/** Reads lists of records into columns. */
export class PostingReader {
  readonly slots: Float64Array
  readonly codes: Uint16Array
  count = 0

  /** @param bytes - How many bytes will be read at most; an entry takes two at least. */
  constructor(bytes: number) {
    this.slots = new Float64Array(bytes >> 1)
    this.codes = new Uint16Array(bytes >> 1)
  }

  /** @param start - The position where the block begins. */
  read(start: number, bytes: Uint8Array): void {
    const { slots, codes } = this
    let { count } = this
    let seq = start
    for (let at = 0; at < bytes.length; count += 1) {
      let byte = bytes[at++] ?? 0
      let step = byte & 127
      // A product, since a distance may be longer than 32 bits.
      for (let scale = 128; byte >= 128; scale *= 128) {
        byte = bytes[at++] ?? 0
        step += (byte & 127) * scale
      }
      const isRepeated = step % 2
      seq += (step - isRepeated) / 2
      slots[count] = seq
      codes[count] = (isRepeated === 1 ? (bytes[at++] ?? 0) : 1) * 256 + (bytes[at++] ?? 0)
    }
    this.count = count
  }

  /** Leaves out records that were read. */
  leaveOut(without: { has(seq: number): boolean }): void {
    const { slots, codes, count } = this
    this.count = 0
    for (let at = 0; at < count; at += 1) {
      if (without.has(slots[at] ?? 0)) continue
      slots[this.count] = slots[at] ?? 0
      codes[this.count] = codes[at] ?? 0
      this.count += 1
    }
  }

  /** Sorts what was read from a place on, where lists of one block follow each other. */
  sortFrom(from: number): void {
    const slots = this.slots.slice(from, this.count)
    const codes = this.codes.slice(from, this.count)
    const order = Uint32Array.from(slots, (_, at) => at).toSorted((a, b) => (slots[a] ?? 0) - (slots[b] ?? 0))
    for (const [at, place] of order.entries()) {
      this.slots[from + at] = slots[place] ?? 0
      this.codes[from + at] = codes[place] ?? 0
    }
  }

  get postings(): Postings {
    const { slots, codes, count } = this
    return { slots: slots.subarray(0, count), codes: codes.subarray(0, count) }
  }
}

/** The list of a block of which a record is gone; undefined if it was not there. */
export function withoutRecord(start: number, bytes: Uint8Array, seq: number): Uint8Array | undefined {
  const reader = new PostingReader(bytes.length)
  reader.read(start, bytes)
  const { slots, codes } = reader.postings
  if (!(slots as Float64Array).includes(seq)) return undefined
  const kept = new PostingWriter(start)
  for (let at = 0; at < slots.length; at += 1) if (slots[at] !== seq) kept.add(slots[at] ?? 0, codes[at] ?? 0)
  return kept.bytes
}

/** The list of a block with one more record, which is not in it. */
export function withRecord(start: number, bytes: Uint8Array, seq: number, code: number): Uint8Array {
  const reader = new PostingReader(bytes.length)
  reader.read(start, bytes)
  const { slots, codes } = reader.postings
  const list = new PostingWriter(start)
  let at = 0
  for (; at < slots.length && (slots[at] ?? 0) < seq; at += 1) list.add(slots[at] ?? 0, codes[at] ?? 0)
  list.add(seq, code)
  for (; at < slots.length; at += 1) list.add(slots[at] ?? 0, codes[at] ?? 0)
  return list.bytes
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
  const [first = noPostings] = lists
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

/** No record. */
export const noPostings: Postings = { slots: [], codes: [] }

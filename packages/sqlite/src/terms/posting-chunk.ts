import type { PostingWriter } from './posting-list.ts'
import { hashOfBytes } from './term-hashes.ts'

/** A term, and the records of a block and a group that have it. */
export type TermList = readonly [term: string, entries: Uint8Array]

/**
 * How long a chunk of several lists is at most. Searches are a little faster the shorter chunks are, and writes the longer.
 * From a quarter of a page on SQLite would give each a page of its own.
 */
export const longestChunk = 400
/** Stands behind a term, in none of which there is a space. */
const space = 0x20
/** A length of a list takes so many bytes at most, 7 bits each. */
const lengthBytes = 5

/**
 * Packs lists into chunks, each a row of the index: one row per list would cost more than all else that an index
 * does. A list is a term, a space, the length of its entries and the entries. Long lists stand alone, so that nobody reads them
 * for the sake of another one.
 */
export class ChunkWriter {
  readonly #write: (first: string, chunk: Uint8Array) => void
  #bytes = Buffer.allocUnsafe(4 * longestChunk)
  #length = 0
  #first = ''

  /** @param write - Gets each chunk with its first term; the bytes are valid until it returns. */
  constructor(write: (first: string, chunk: Uint8Array) => void) {
    this.#write = write
  }

  /**
   * Adds a list whose term comes after those before it, by their code points.
   *
   * @param length - How many of the bytes are the list.
   */
  add(term: string, entries: Uint8Array, length: number = entries.length): void {
    const most = 3 * term.length + 1 + lengthBytes + length
    if (this.#length > 0 && this.#length + most > longestChunk) this.flush()
    if (most > this.#bytes.length) this.#bytes = Buffer.allocUnsafe(2 * most)
    if (this.#length === 0) this.#first = term
    const bytes = this.#bytes
    let at = this.#length
    at += bytes.write(term, at)
    bytes[at++] = space
    let rest = length
    for (; rest >= 128; rest = Math.floor(rest / 128)) bytes[at++] = (rest % 128) + 128
    bytes[at++] = rest
    // Most lists are short, and a view of some bytes takes longer to make than they to copy.
    if (length > 64) bytes.set(entries.subarray(0, length), at)
    else for (let each = 0; each < length; each += 1) bytes[at + each] = entries[each] ?? 0
    this.#length = at + length
  }

  /** Writes what is left. */
  flush(): void {
    if (this.#length > 0) this.#write(this.#first, this.#bytes.subarray(0, this.#length))
    this.#length = 0
  }
}

/** Reads the lists of a chunk, one after the other. */
export class ChunkReader {
  readonly #chunk: Buffer
  #next = 0
  #start = 0
  #end = 0
  #from = 0

  constructor(chunk: Uint8Array) {
    this.#chunk = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length)
  }

  /** Goes to the next list; returns whether there is one. */
  next(): boolean {
    const chunk = this.#chunk
    let at = this.#next
    this.#start = at
    while (at < chunk.length && chunk[at] !== space) at += 1
    if (at >= chunk.length) return false
    this.#end = at
    let byte = chunk[++at] ?? 0
    let length = byte & 127
    for (let scale = 128; byte >= 128; scale *= 128) {
      byte = chunk[++at] ?? 0
      length += (byte & 127) * scale
    }
    this.#from = at + 1
    this.#next = at + 1 + length
    return true
  }

  /** Above 0 if the term of the list comes after another one, given as UTF-8; 0 if it is that one. */
  compare(other: Uint8Array): number {
    const chunk = this.#chunk
    const length = this.#end - this.#start
    for (let at = 0; at < length && at < other.length; at += 1) {
      const difference = (chunk[this.#start + at] ?? 0) - (other[at] ?? 0)
      if (difference !== 0) return difference
    }
    return length - other.length
  }

  /** Of the term of the list, see {@link hashOfBytes}. */
  get hash(): number {
    return hashOfBytes(this.#chunk, this.#start, this.#end)
  }

  get term(): string {
    return this.#chunk.toString('utf8', this.#start, this.#end)
  }

  /** Adds the records of the list to another one, but for some. */
  copyTo(list: PostingWriter, start: number, without: ReadonlySet<number>): void {
    list.addAll(start, this.entries, without)
  }

  get entries(): Uint8Array {
    return this.#chunk.subarray(this.#from, this.#next)
  }
}

/** All lists of a chunk. */
export function listsOf(chunk: Uint8Array): TermList[] {
  const reader = new ChunkReader(chunk)
  const lists: TermList[] = []
  while (reader.next()) lists.push([reader.term, reader.entries])
  return lists
}

/** The list of a term, given as UTF-8, if the chunk has one. */
export function listIn(chunk: Uint8Array, term: Uint8Array): Uint8Array | undefined {
  const reader = new ChunkReader(chunk)
  while (reader.next()) {
    const order = reader.compare(term)
    if (order >= 0) return order === 0 ? reader.entries : undefined
  }
  return undefined
}

import type { SpaceSql } from '../file/space-sql.ts'
import { ChunkReader, longestChunk } from './posting-chunk.ts'
import { hashOf, TermHashes } from './term-hashes.ts'

const pageSize = 64
/** From so many terms on, which take 16 MB, no more are read. */
const mostTerms = 2_097_152

// The last page of a long list is never read, since its chunk begins with its only term.
const nextChunks = `SELECT grp, term, CASE WHEN length(entries) <= ${longestChunk} THEN entries END FROM @postings
  WHERE block = ? AND (grp, term) > (?, ?) ORDER BY grp, term LIMIT ?`

/** A block, the position where it begins, and one that no record in it exceeds. */
export interface BlockRange {
  readonly block: number
  readonly start: number
  readonly end: number
}

type Place = readonly [block: number, start: number, relabeled: number, group: number, term: string]
type Chunk = readonly [group: number, first: string, lists: Uint8Array | null]

/**
 * Which terms may stand in blocks, known without looking there: a typo has hundreds of forms, of which hardly one is a
 * word. A connection reads its blocks once, oldest first, a part with each search that asks. It need not read blocks
 * that are made of these. What leaves a block stays here, so whoever asks must look at what may be there.
 */
export class BlockWords {
  readonly #sql: SpaceSql
  readonly #terms = new TermHashes()
  /** All records up to this position were read. */
  #upTo = -1
  /** Where the blocks begin that were read, by their numbers. */
  #read: ReadonlyMap<number, number> = new Map()
  /** How far the next block was read, and how many records had got another label by then. */
  #place: Place | undefined

  constructor(sql: SpaceSql) {
    this.#sql = sql
  }

  /** Whether one of the blocks that were read may have a term. */
  mayHave(term: string): boolean {
    return this.#terms.has(hashOf(term))
  }

  /**
   * Reads more blocks if there are some.
   *
   * @param blocks - All of them, oldest first.
   * @param most - How many chunks are read at most.
   */
  advance(blocks: readonly BlockRange[], most: number): void {
    for (let left = most; left > 0 && this.#terms.size < mostTerms;) {
      const next = this.unread(blocks)[0]
      if (!next) return
      left -= this.#readSome(next, left)
    }
  }

  /** The blocks that were not read yet, and later ones. */
  unread(blocks: readonly BlockRange[]): readonly BlockRange[] {
    const first = blocks.findIndex(({ block, start, end }) => end > this.#upTo && this.#read.get(block) !== start)
    const read = first < 0 ? blocks : blocks.slice(0, first)
    this.#upTo = Math.max(this.#upTo, read.at(-1)?.end ?? -1)
    this.#read = new Map(read.map(({ block, start }) => [block, start]))
    return first < 0 ? [] : blocks.slice(first)
  }

  /** Reads some chunks of a block; returns how many. */
  #readSome({ block, start, end }: BlockRange, most: number): number {
    let [, , , group, term] = this.#placeIn(block, start)
    for (let count = 0; ;) {
      const page = Math.min(pageSize, most - count)
      const chunks = this.#sql(nextChunks).all(block, group, term, page) as Chunk[]
      for (const chunk of chunks) this.#add(chunk)
      count += chunks.length
      if (chunks.length < page) {
        this.#upTo = Math.max(this.#upTo, end)
        this.#read = new Map([...this.#read, [block, start]])
        return count + 1
      }
      ;[group, term] = chunks.at(-1) as Chunk
      if (count < most) continue
      this.#place = [block, start, relabeledIn(this.#sql), group, term]
      return count
    }
  }

  /** Where to go on in a block. With another label, terms may have moved from what is unread to what was read. */
  #placeIn(block: number, start: number): Place {
    const place = this.#place
    this.#place = undefined
    const relabeled = relabeledIn(this.#sql)
    if (place?.[0] === block && place[1] === start && place[2] === relabeled) return place
    return [block, start, relabeled, -1, '']
  }

  #add([, first, lists]: Chunk): void {
    if (!lists) {
      this.#terms.add(hashOf(first))
      return
    }
    const reader = new ChunkReader(lists)
    while (reader.next()) this.#terms.add(reader.hash)
  }
}

const relabeledMark = '@relabeled'

/** Notes that a record's terms have moved within its block. Runs inside a transaction. */
export function noteRelabeled(sql: SpaceSql): void {
  sql(`INSERT INTO @floors VALUES (?, 1) ON CONFLICT (collection) DO UPDATE SET version = version + 1`).run(
    relabeledMark,
  )
}

function relabeledIn(sql: SpaceSql): number {
  const mark = sql('SELECT version FROM @floors WHERE collection = ?').get(relabeledMark) as [number] | undefined
  return mark?.[0] ?? 0
}

const ofSpaces = new WeakMap<SpaceSql, BlockWords>()

/** The terms that a connection has read of a space's blocks. */
export function blockWords(sql: SpaceSql): BlockWords {
  let words = ofSpaces.get(sql)
  if (!words) ofSpaces.set(sql, (words = new BlockWords(sql)))
  return words
}

/** Drops what was read, since it may have been rolled back, or another version of the analysis makes other blocks. */
export function forgetBlockWords(sql: SpaceSql): void {
  ofSpaces.delete(sql)
}

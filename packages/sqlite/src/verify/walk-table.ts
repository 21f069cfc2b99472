import type { SpaceSql } from '../records/space-sql.ts'
import { isUnreadable } from '../file/sqlite-errors.ts'

/** A row with its number first, in raw mode. */
export type NumberedRow = readonly [row: number, ...unknown[]]

/** What a walk comes upon: some rows in order, or a stretch that can't be read. */
export type Piece<Row> = { readonly rows: readonly Row[] } | Gap

/** Numbers of rows that can't be read: from one up to, not including, another, or to the end of the table. */
export interface Gap {
  readonly from: number
  readonly to: number | undefined
  readonly why: string
}

/** A gap as a sentence. */
export function describeGap(table: string, { from, to, why }: Gap): string {
  const rows =
    to === undefined ? `from row ${from} on` : to - from > 1 ? `from row ${from} to ${to - 1}` : `at row ${from}`
  return `The table of ${table} can't be read ${rows}: ${why}.`
}

const mostRows = 200
const mostBytes = 1_000_000
/** Beyond all row numbers that come to be. */
const endOfRows = 2 ** 52

/**
 * Walks through a table in pieces of a few hundred rows, or of a megabyte, past
 * what can't be read.
 *
 * @param select - A query without conditions that has the row's number as its first column.
 */
export function* walkTable<Row extends NumberedRow>(sql: SpaceSql, select: string): Generator<Piece<Row>> {
  for (let from = 1; ;) {
    const { rows, isEnd, why } = readPiece<Row>(sql, select, from)
    yield { rows }
    if (isEnd) return
    const next = rows.reduce((highest, [row]) => Math.max(highest, row + 1), from)
    // A damaged tree may lead back to where we were.
    if (why === undefined && next > from) {
      from = next
      continue
    }
    const to = nextReadable(next, (row) => canRead(sql, select, row))
    yield { from: next, to, why: why ?? 'its rows are not in order' }
    if (to === undefined) return
    from = to
  }
}

/** One row; nothing when there is none, or it can't be read. */
export function readRow(sql: SpaceSql, select: string, row: number): NumberedRow | undefined {
  try {
    return sql(`${select} WHERE rowid = ?`).get(row) as NumberedRow | undefined
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return undefined
  }
}

interface ReadPiece<Row> {
  readonly rows: Row[]
  readonly isEnd: boolean
  /** Why it ends where it ends, when that is because of damage. */
  readonly why?: string
}

function readPiece<Row extends NumberedRow>(sql: SpaceSql, select: string, from: number): ReadPiece<Row> {
  const rows: Row[] = []
  let bytes = 0
  try {
    const found = sql(`${select} WHERE rowid >= ? ORDER BY rowid LIMIT ?`).iterate(from, mostRows)
    for (const row of found as IterableIterator<Row>) {
      rows.push(row)
      bytes += sizeOf(row)
      if (bytes > mostBytes) return { rows, isEnd: false }
    }
    return { rows, isEnd: rows.length < mostRows }
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return { rows, isEnd: false, why: (error as Error).message }
  }
}

function sizeOf(row: NumberedRow): number {
  return row.reduce<number>((sum, value) => {
    return sum + (typeof value === 'string' || value instanceof Uint8Array ? value.length : 8)
  }, 0)
}

function canRead(sql: SpaceSql, select: string, from: number): boolean {
  try {
    sql(`${select} WHERE rowid >= ? ORDER BY rowid LIMIT 1`).get(from)
    return true
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return false
  }
}

/**
 * The first row number above one that can't be read from which on there is
 * something to read, or nothing at all; `undefined` when there is no such.
 *
 * Numbers that fail lie together, since a page holds neighbours: so it takes
 * steps that double until one does not fail, and halves the last one. Readable
 * rows between two bad pages may be passed over.
 */
function nextReadable(bad: number, canReadFrom: (row: number) => boolean): number | undefined {
  let failing = bad
  let step = 1
  while (!canReadFrom(failing + step)) {
    failing += step
    step *= 2
    if (failing > endOfRows) return undefined
  }
  let good = failing + step
  while (good - failing > 1) {
    const middle = Math.floor((good + failing) / 2)
    if (canReadFrom(middle)) good = middle
    else failing = middle
  }
  return good
}

import type { SpaceSql } from '../file/space-sql.ts'
import { isUnreadable } from '../file/sqlite-errors.ts'

/** A row in raw mode that begins with its row id. */
export type NumberedRow = readonly [rowId: number, ...unknown[]]

/** A part of a walk: some rows in order, or a gap. */
export type Piece<Row> = { readonly rows: readonly Row[] } | Gap

/** A range of row ids that can't be read: up to, not including, `to`, or to the end of the table. */
export interface Gap {
  readonly from: number
  readonly to: number | undefined
  readonly why: string
}

/** Describes a gap in a sentence. */
export function describeGap(table: string, { from, to, why }: Gap): string {
  const rows =
    to === undefined ? `from row ${from} on` : to - from > 1 ? `from row ${from} to ${to - 1}` : `at row ${from}`
  return `The table of ${table} can't be read ${rows}: ${why}.`
}

const maxRows = 200
const maxBytes = 1_000_000
/** Above every row id. */
const endOfRows = 2 ** 52

/**
 * Walks through a table in pieces of 200 rows or a megabyte, and skips what
 * can't be read.
 *
 * @param select - A query without conditions whose first column is the row id.
 */
export function* walkTable<Row extends NumberedRow>(sql: SpaceSql, select: string): Generator<Piece<Row>> {
  for (let from = 1; ;) {
    const { rows, isEnd, why } = readPiece<Row>(sql, select, from)
    yield { rows }
    if (isEnd) return
    const next = rows.reduce((highest, [row]) => Math.max(highest, row + 1), from)
    // A damaged tree may lead back to rows before this one.
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

/** One row; `undefined` if there is none, or it can't be read. */
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
  /** The reason, if damage ended it. */
  readonly why?: string
}

function readPiece<Row extends NumberedRow>(sql: SpaceSql, select: string, from: number): ReadPiece<Row> {
  const rows: Row[] = []
  let bytes = 0
  try {
    const found = sql(`${select} WHERE rowid >= ? ORDER BY rowid LIMIT ?`).iterate(from, maxRows)
    for (const row of found as IterableIterator<Row>) {
      rows.push(row)
      bytes += sizeOf(row)
      if (bytes > maxBytes) return { rows, isEnd: false }
    }
    return { rows, isEnd: rows.length < maxRows }
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
 * Finds the first row id above an unreadable one from which on the table can be
 * read, or has ended; `undefined` if there is none.
 *
 * Unreadable rows are next to each other, since a page holds neighbors. So the
 * steps double until one succeeds, and the last one is halved. Readable rows
 * between two bad pages may be skipped.
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

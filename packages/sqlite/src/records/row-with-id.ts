import { placeholderRow } from './damaged-row.ts'
import { markOf } from './journal-mark.ts'
import type { RowWithId } from './recent-rows.ts'
import { columns, unpackIntact } from './record-row.ts'
import type { RawRow } from './record-row.ts'
import type { Row } from '@skein/memory/store'

/** A row, followed by the columns that are not part of the record. */
export type RawRowWithId = [...RawRow, rowId: number, hasTerms: number, mark: number, hasPast: number]

/** So many records of one batch leave the search index together. */
const many = 16

/** The columns of a {@link RawRowWithId}. */
export const columnsWithId: string = `${columns}, row, terms IS NOT NULL, listed, past IS NOT NULL`

/** Unpacks a row; a placeholder takes the place of a damaged one. */
export function unpackOrReplace(raw: RawRowWithId, now: number): RowWithId {
  const intact = unpackIntact(raw)
  const beside = besideRecord(raw)
  return intact ? { ...intact, ...beside } : { ...placeholderRow(raw, now), ...beside, isDamaged: true }
}

/** What the table says beside the record. */
export function besideRecord(raw: RawRowWithId): Omit<RowWithId, keyof Row> {
  const [rowId, hasTerms, mark, hasPast] = raw.slice(-4) as [number, number, number, number]
  return {
    raw,
    rowId,
    hasTerms: hasTerms === 1,
    hasWrongMark: mark !== markOf(raw[0]),
    past: hasPast === 1 ? 'some' : undefined,
  }
}

/** Whether so many of these are in the search index that their postings are removed in one walk. */
export function isMany(rows: readonly (RowWithId | undefined)[]): boolean {
  let left = many
  return rows.some((row) => row?.hasTerms === true && (left -= 1) === 0)
}

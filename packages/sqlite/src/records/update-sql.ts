import type { RowWithId } from './recent-rows.ts'
import { columns } from './record-row.ts'
import type { RawRow } from './record-row.ts'

/** The names of all columns of a record. */
export const columnNames: readonly string[] = columns.split(', ')

/** Indexes of the columns that every write changes. */
export const everyWrite: readonly number[] = ['value', 'version', 'seq', 'updated_at', 'expires_at', 'checksum'].map(
  (name) => columnNames.indexOf(name),
)

// Without the key: naming it would make SQLite rewrite its index.
const all = columnNames.map((_, index) => index).slice(2)
const seldom = all.filter((index) => !everyWrite.includes(index))

/** Statements without and with a place for what the row was. Where a statement names that, SQLite reads the whole row. */
type Updates = readonly [plain: string, keeping: string]

function updates(indexes: readonly number[], more: string): Updates {
  const set = `UPDATE @records SET ${indexes.map((index) => `${columnNames[index]} = ?`).join(', ')}${more}`
  return [`${set} WHERE row = ?`, `${set}, past = ? WHERE row = ?`]
}

/** Sets all columns but the key. */
export const updateRow: Updates = updates(all, ', terms = ?, listed = ?')
/** For most writes, which change the value and leave author, tags, label and the like as they were. */
export const updateValue: Updates = updates(everyWrite, '')

/** Whether a write changes only columns that every write changes, so that it concerns no other table. */
export function hasSameDescription({ raw, hasTerms, isDamaged, hasWrongMark }: RowWithId, packed: RawRow): boolean {
  return !hasTerms && !isDamaged && !hasWrongMark && seldom.every((index) => raw[index] === packed[index])
}

import { collections, liveRecord, StoreClock } from '@skein/memory/store'
import type { Corruption, Inspector } from '@skein/memory/store'

import { isUnreadable } from '../file/sqlite-errors.ts'
import { changeColumns, changeRowOf } from '../records/change-row.ts'
import type { RawChange } from '../records/change-row.ts'
import { hasMarks, markOf } from '../records/journal-mark.ts'
import { columns, unpackIntact } from '../records/record-row.ts'
import type { RawRow } from '../records/record-row.ts'
import { keptTime } from '../records/space-time.ts'
import type { SpaceSql } from '../file/space-sql.ts'
import { rowText, textOf } from './row-text.ts'
import { describeGap, readRow, walkTable } from './walk-table.ts'
import type { Gap } from './walk-table.ts'

/** A row, after its id in the table and its mark as an entry of a journal. */
type RowToVerify = readonly [rowId: number, mark: number | null, ...RawRow]

/** Verifies the rows of all records, deleted ones too, and what the feed says of the newest change of each. */
export function* verifyRecords(sql: SpaceSql, inspector: Inspector | undefined): Generator<readonly Corruption[]> {
  const clock = clockOf(sql)
  const select = `SELECT row, ${hasMarks(sql) ? 'listed' : 'NULL'}, ${columns} FROM @records`
  for (const piece of walkTable<RowToVerify>(sql, select)) {
    if ('rows' in piece) {
      yield piece.rows.flatMap((row) => verifyRow(sql, clock, row, inspector))
      continue
    }
    yield [{ kind: 'file', id: 'records', problem: describeGap('records', piece), raw: '' }]
    yield keysInGap(sql, piece).flatMap(([rowId, collection, id]) => {
      const row = readRow(sql, select, rowId) as RowToVerify | undefined
      if (row) return verifyRow(sql, clock, row, inspector)
      return { kind: 'record', collection, id, problem: "It is in a part of the file that can't be read.", raw: '' }
    })
  }
}

/** A clock that is not behind the data, unless that can't be read. */
function clockOf(sql: SpaceSql): StoreClock {
  const clock = new StoreClock()
  try {
    clock.observe(keptTime(sql))
  } catch (error) {
    if (!isUnreadable(error)) throw error
  }
  return clock
}

/** The keys of rows that the walk could not read, from the index of keys. */
function keysInGap(sql: SpaceSql, { from, to = Number.MAX_SAFE_INTEGER }: Gap): [number, string, string][] {
  try {
    // In this order the index alone answers, and the table itself is not read.
    const found = sql('SELECT row, collection, id FROM @records WHERE +row >= ? AND +row < ? ORDER BY collection, id')
    return found.all(from, to) as [number, string, string][]
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return []
  }
}

function verifyRow(
  sql: SpaceSql,
  clock: StoreClock,
  [, mark, ...raw]: RowToVerify,
  inspector: Inspector | undefined,
): Corruption[] {
  const row = unpackIntact(raw)
  if (!row) {
    const [collection, id] = raw
    const problem = 'It changed after it was written: its checksum does not match.'
    return [{ kind: 'record', collection: textOf(collection), id: textOf(id), problem, raw: rowText(columns, raw) }]
  }
  const record = liveRecord(row, clock.now())
  const found = [record && inspector?.record(record), record && verifyMark(raw, mark), verifyNewestChange(sql, raw)]
  return found.filter((corruption) => corruption !== undefined)
}

/** Checks the column by which entries of journals are listed. Of collections of a newer Skein nothing is known. */
function verifyMark(raw: RawRow, mark: number | null): Corruption | undefined {
  const [collection, id] = raw
  if (mark === null || mark === markOf(collection) || !Object.hasOwn(collections, collection)) return undefined
  const problem =
    markOf(collection) === 1
      ? 'It is not marked as an entry of a journal, so lists by author omit it.'
      : 'It is marked as an entry of a journal, but its collection is not a journal.'
  return { kind: 'record', collection, id, problem, raw: rowText(`listed, ${columns}`, [mark, ...raw]) }
}

/** Checks what the feed says of the newest change of a row. Gaps before its end are found by `verifyFeed`. */
function verifyNewestChange(sql: SpaceSql, raw: RawRow): Corruption | undefined {
  const expected = changeRowOf(raw)
  const [seq, collection, id] = expected
  const name = `${collection}/${id}`
  try {
    const found = sql(`SELECT ${changeColumns} FROM @changes WHERE seq = ?`).get(seq) as RawChange | undefined
    if (found) {
      if (found.every((value, index) => value === expected[index])) return undefined
      const problem = `The feed and the record ${name} contradict each other.`
      return { kind: 'feed', id: `${seq}`, problem, raw: rowText(changeColumns, found) }
    }
    const [last] = sql('SELECT max(seq) FROM @changes').get() as [number | null]
    if (last !== null && seq <= last) return undefined
    return { kind: 'feed', id: `${seq}`, problem: `The feed ends before the newest change of ${name}.`, raw: '' }
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return undefined
  }
}

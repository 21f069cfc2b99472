import { liveRecord } from '@skein/memory/store'
import type { Corruption, Inspector } from '@skein/memory/store'

import { changeColumns, columns, feedRow, unpackIntact } from '../records/record-row.ts'
import type { RawChange, RawRow } from '../records/record-row.ts'
import type { SpaceSql } from '../records/space-sql.ts'
import { isUnreadable } from '../file/sqlite-errors.ts'
import { rowText, textOf } from './row-text.ts'
import { describeGap, readRow, walkTable } from './walk-table.ts'
import type { Gap } from './walk-table.ts'

type PlacedRow = readonly [place: number, ...RawRow]

const select = `SELECT row, ${columns} FROM @records`

/** Looks at the rows of all records, deleted ones too, and at what the feed says of their newest change. */
export function* checkRecords(sql: SpaceSql, inspector: Inspector | undefined): Generator<readonly Corruption[]> {
  for (const piece of walkTable<PlacedRow>(sql, select)) {
    if ('rows' in piece) {
      yield piece.rows.flatMap((row) => checkRow(sql, row, inspector))
      continue
    }
    yield [{ kind: 'file', id: 'records', problem: describeGap('records', piece), raw: '' }]
    yield passedOver(sql, piece).flatMap(([place, collection, id]) => {
      const row = readRow(sql, select, place) as PlacedRow | undefined
      if (row) return checkRow(sql, row, inspector)
      return { kind: 'record', collection, id, problem: "It stood in a part of the file that can't be read.", raw: '' }
    })
  }
}

/** What the index of keys knows of rows that the walk could not get at. */
function passedOver(sql: SpaceSql, { from, to = Number.MAX_SAFE_INTEGER }: Gap): [number, string, string][] {
  try {
    // In this order the index has all that it takes: the table itself is not looked at.
    const found = sql('SELECT row, collection, id FROM @records WHERE +row >= ? AND +row < ? ORDER BY collection, id')
    return found.all(from, to) as [number, string, string][]
  } catch (error) {
    if (!isUnreadable(error)) throw error
    return []
  }
}

function checkRow(sql: SpaceSql, [, ...raw]: PlacedRow, inspector: Inspector | undefined): Corruption[] {
  const row = unpackIntact(raw)
  if (!row) {
    const [collection, id] = raw
    const problem = 'What stands there is not what was written: its checksum does not match.'
    return [{ kind: 'record', collection: textOf(collection), id: textOf(id), problem, raw: rowText(columns, raw) }]
  }
  const record = liveRecord(row, Date.now())
  const found = [record && inspector?.record(record), checkNewestChange(sql, raw)]
  return found.filter((damage) => damage !== undefined)
}

/** What is wrong with the feed where it should tell of this row. A gap before its end is found by who walks through it. */
function checkNewestChange(sql: SpaceSql, raw: RawRow): Corruption | undefined {
  const expected = feedRow(raw)
  const [seq, collection, id] = expected
  const name = `${collection}/${id}`
  try {
    const found = sql(`SELECT ${changeColumns} FROM @changes WHERE seq = ?`).get(seq) as RawChange | undefined
    if (found) {
      if (found.every((value, index) => value === expected[index])) return undefined
      const problem = `The feed says something else of ${name} than its record.`
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

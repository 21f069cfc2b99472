import type { Corruption, Inspector } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { isUnreadable } from '../file/sqlite-errors.ts'
import { columns, unpackIntact } from '../records/record-row.ts'
import type { RawRow } from '../records/record-row.ts'
import { rowText, textOf } from './row-text.ts'

const pageSize = 200
const select = `SELECT ${columns} FROM @past WHERE (collection, id, version) > (?, ?, ?)
  ORDER BY collection, id, version LIMIT ${pageSize}`

/** Verifies past versions, a page at a time. What comes behind a page that can't be read is not looked at. */
export function* verifyPast(sql: SpaceSql, inspector: Inspector | undefined): Generator<readonly Corruption[]> {
  if (sql.format < 8) return
  for (let after: readonly unknown[] = ['', '', 0]; ;) {
    let rows: RawRow[]
    try {
      rows = sql(select).all(...after) as RawRow[]
    } catch (error) {
      if (!isUnreadable(error)) throw error
      const problem = `The table of past versions can't be read: ${(error as Error).message}.`
      yield [{ kind: 'file', id: 'past', problem, raw: '' }]
      return
    }
    yield rows.flatMap((raw) => verifyVersion(raw, inspector))
    const last = rows.at(-1)
    if (!last || rows.length < pageSize) return
    after = [last[0], last[1], last[3]]
  }
}

function verifyVersion(raw: RawRow, inspector: Inspector | undefined): readonly Corruption[] {
  const row = unpackIntact(raw)
  if (row) {
    const found = row.deleted ? undefined : inspector?.past?.(row.record)
    return found ? [found] : []
  }
  const [collection, id, , version] = raw
  const problem = `Its past version ${textOf(version)} is not as it was written: its checksum does not match.`
  return [{ kind: 'record', collection: textOf(collection), id: textOf(id), problem, raw: rowText(columns, raw) }]
}

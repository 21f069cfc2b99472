import type { Corruption, Inspector } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { isUnreadable } from '../file/sqlite-errors.ts'
import { columns, unpackIntact } from '../records/record-row.ts'
import type { RawRow } from '../records/record-row.ts'
import { rowText, textOf } from './row-text.ts'

const pageSize = 200
const select = `SELECT ${columns}, row FROM @past WHERE row > ? ORDER BY row LIMIT ${pageSize}`
const selectLost = `SELECT ${columns} FROM @past WHERE row NOT IN (
  SELECT past FROM @records WHERE past IS NOT NULL
  UNION ALL SELECT past FROM @histories WHERE past IS NOT NULL
  UNION ALL SELECT prev FROM @past WHERE prev IS NOT NULL)`

/** Verifies past versions, a page at a time. What comes behind a page that can't be read is not looked at. */
export function* verifyPast(sql: SpaceSql, inspector: Inspector | undefined): Generator<readonly Corruption[]> {
  if (sql.format < 8) return
  for (let after = 0; ;) {
    let rows: [...RawRow, row: number][]
    try {
      rows = sql(select).all(after) as [...RawRow, row: number][]
      if (after === 0) yield (sql(selectLost).all() as RawRow[]).map(lostVersion)
    } catch (error) {
      if (!isUnreadable(error)) throw error
      const problem = `The table of past versions can't be read: ${(error as Error).message}.`
      yield [{ kind: 'file', id: 'past', problem, raw: '' }]
      return
    }
    yield rows.flatMap((raw) => verifyVersion(raw.slice(0, -1) as RawRow, inspector))
    const last = rows.at(-1)
    if (!last || rows.length < pageSize) return
    after = last.at(-1) as number
  }
}

function verifyVersion(raw: RawRow, inspector: Inspector | undefined): readonly Corruption[] {
  const row = unpackIntact(raw)
  if (row) {
    const found = row.deleted ? undefined : inspector?.past?.(row.record)
    return found ? [found] : []
  }
  const [collection, id, , version] = raw
  const problem = `Its past version ${textOf(version)} changed after it was written: its checksum does not match.`
  return [{ kind: 'record', collection: textOf(collection), id: textOf(id), problem, raw: rowText(columns, raw) }]
}

/** Nobody finds it by its record: neither a reader nor who forgets the record. */
function lostVersion(raw: RawRow): Corruption {
  const [collection, id, , version] = raw
  const problem = `Its past version ${textOf(version)} exists, but no later version points to it.`
  return { kind: 'record', collection: textOf(collection), id: textOf(id), problem, raw: rowText(columns, raw) }
}

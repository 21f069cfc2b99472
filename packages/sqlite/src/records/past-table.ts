import { beyondPrefix } from '@skein/memory/store'
import type { PastChange, PastEffect, PastPage, PastQuery, PastVersion, RecordKey } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { columns, packRow, unpackIntact } from './record-row.ts'
import type { RawRow } from './record-row.ts'

/** The format since which there are past versions. */
const firstFormat = 8

const ofKey = 'collection = ? AND id = ?'
// SQLite copies the row itself, so a write neither packs it again nor reckons its checksum.
const copyRow = `INSERT OR REPLACE INTO @past (until, ${columns}) SELECT ?, ${columns} FROM @records WHERE row = ?`
const insertVersion = `INSERT OR REPLACE INTO @past (until, ${columns}) VALUES (?, ${columns.replaceAll(/\w+/g, '?')})`
const trimLabel = `DELETE FROM @past WHERE ${ofKey} AND level = ? AND compartments = ? AND version <= (
  SELECT version FROM @past WHERE ${ofKey} AND level = ? AND compartments = ? ORDER BY version DESC LIMIT 1 OFFSET ?)`

/** The past versions of one space: rows as they were, beside those of the present. */
export class PastTable {
  readonly #sql: SpaceSql

  constructor(sql: SpaceSql) {
    this.#sql = sql
  }

  /** Does what a write does to the past of its record, before the row changes; `rowId` is that of the row. */
  apply({ added, isErased, keep }: PastEffect, { collection, id }: RecordKey, rowId: number | undefined): void {
    if (isErased) this.#sql(`DELETE FROM @past WHERE ${ofKey}`).run(collection, id)
    for (const version of added) {
      const { record, deleted, until } = version
      if (deleted) this.#sql(insertVersion).run(until, ...packRow(version))
      else this.#sql(copyRow).run(until, rowId)
      if (keep === undefined) continue
      const [level, compartments] = packRow({ record, deleted }).slice(9, 11)
      this.#sql(trimLabel).run(collection, id, level, compartments, collection, id, level, compartments, keep)
    }
  }

  /** Those of a record, newest first. Damaged ones are left out; `verify` tells of them. */
  of({ collection, id }: RecordKey): PastVersion[] {
    if (this.#sql.format < firstFormat) return []
    const sql = `SELECT ${columns}, until FROM @past WHERE ${ofKey} ORDER BY version DESC`
    return (this.#sql(sql).all(collection, id) as [...RawRow, until: number][]).flatMap((raw) => {
      const row = unpackIntact(raw)
      return row ? { ...row, until: raw.at(-1) as number } : []
    })
  }

  ids({ collection, prefix, after, limit }: PastQuery): PastPage {
    if (this.#sql.format < firstFormat) return { ids: [] }
    const beyond = beyondPrefix(prefix)
    const where = ['collection = ?', 'id >= ?', 'id > ?', ...(beyond === undefined ? [] : ['id < ?'])]
    const values = [collection, prefix, after ?? '', ...(beyond === undefined ? [] : [beyond])]
    if (after === undefined) {
      where.splice(2, 1)
      values.splice(2, 1)
    }
    const sql = `SELECT DISTINCT id FROM @past WHERE ${where.join(' AND ')} ORDER BY id LIMIT ?`
    const ids = (this.#sql(sql).all(...values, limit + 1) as [string][]).map(([id]) => id)
    const page = ids.slice(0, limit)
    return ids.length > limit ? { ids: page, next: page.at(-1) } : { ids: page }
  }

  change(key: RecordKey, changes: readonly PastChange[]): void {
    for (const { version, value } of changes) {
      if (value === undefined) {
        this.#sql(`DELETE FROM @past WHERE ${ofKey} AND version = ?`).run(key.collection, key.id, version)
        continue
      }
      const found = this.of(key).find(({ record }) => record.version === version)
      if (!found) continue
      this.#sql(insertVersion).run(found.until, ...packRow({ ...found, record: { ...found.record, value } }))
    }
  }
}

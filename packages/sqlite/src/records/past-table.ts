import { beyondPrefix, hasTrait } from '@skein/memory/store'
import type { PastChange, PastEffect, PastPage, PastQuery, PastVersion, RecordKey } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { columns, packRow, unpackIntact } from './record-row.ts'
import type { RawRow } from './record-row.ts'

/** The format since which there are past versions. */
const firstFormat = 8

const ofKey = 'collection = ? AND id = ?'
// SQLite copies the row itself, so a write neither packs it again nor reckons its checksum.
const copyRow = `INSERT INTO @past (prev, until, ${columns}) SELECT past, ?, ${columns} FROM @records WHERE row = ?`
const insertVersion = `INSERT INTO @past (prev, until, ${columns}) VALUES (?, ?, ${columns.replaceAll(/\w+/g, '?')})`
const selectVersion = `SELECT ${columns}, until, prev FROM @past WHERE row = ?`
const addHistory = 'INSERT OR IGNORE INTO @histories (collection, id) VALUES (?, ?)'
const keepHistory = `UPDATE @histories SET past = (SELECT past FROM @records WHERE row = ?)
  WHERE (collection, id) = (SELECT collection, id FROM @past WHERE row = (SELECT past FROM @records WHERE row = ?))`

/** Where a past version stands. */
interface VersionPlace {
  readonly row: number
  /** The row of the version before. */
  readonly prev: number | null
}

/** A past version as it is stored. */
interface StoredVersion extends VersionPlace {
  readonly raw: RawRow
  readonly until: number
}

/** What trimming has to know of a past version. */
type Link = readonly [collection: string, id: string, level: number, compartments: string, prev: number | null]

/** The past versions of one space: rows as they were, beside those of the present. */
export class PastTable {
  readonly #sql: SpaceSql

  constructor(sql: SpaceSql) {
    this.#sql = sql
  }

  /**
   * Does what a write does to the past of its record, before the row changes.
   *
   * @param rowId - That of the row.
   * @param hasPast - Whether the record has past versions.
   * @returns the newest past version, which the row has to name; absent where that is the one before.
   */
  apply(effect: PastEffect, key: RecordKey, rowId: number | undefined, hasPast: boolean): number | undefined {
    if (effect.isErased) this.#erase(key)
    let newest: number | undefined
    for (const version of effect.added) {
      const { deleted, until } = version
      const { lastInsertRowid } = deleted
        ? this.#sql(insertVersion).run(newest ?? this.#newestOf(key), until, ...packRow(version))
        : this.#sql(copyRow).run(until, rowId)
      newest = Number(lastInsertRowid)
    }
    if (newest === undefined) return undefined
    if (!hasPast) this.#sql(addHistory).run(key.collection, key.id)
    if (effect.keep !== undefined) this.#trim(key, newest, effect.keep)
    return newest
  }

  /** Gives a record that was gone, and is written again, what it was before. */
  attach({ collection, id }: RecordKey, rowId: number): boolean {
    if (!hasTrait(collection, 'recalled')) return false
    const found = this.#sql(`SELECT past FROM @histories WHERE ${ofKey}`).get(collection, id) as [number] | undefined
    if (!found) return false
    this.#sql('UPDATE @records SET past = ? WHERE row = ?').run(found[0], rowId)
    this.#sql(`UPDATE @histories SET past = NULL WHERE ${ofKey}`).run(collection, id)
    return true
  }

  /** Keeps the past of a record whose row goes. Its key may be damaged. */
  detach(rowId: number): void {
    this.#sql(keepHistory).run(rowId, rowId)
  }

  /** Those of a record, newest first. Damaged ones are left out; `verify` reports on them. */
  of(key: RecordKey): PastVersion[] {
    if (this.#sql.format < firstFormat) return []
    return this.#versions(key).flatMap(({ raw, until }) => {
      const row = unpackIntact(raw)
      return row ? { ...row, until } : []
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
    const sql = `SELECT id FROM @histories WHERE ${where.join(' AND ')} ORDER BY id LIMIT ?`
    const ids = (this.#sql(sql).all(...values, limit + 1) as [string][]).map(([id]) => id)
    const page = ids.slice(0, limit)
    return ids.length > limit ? { ids: page, next: page.at(-1) } : { ids: page }
  }

  change(key: RecordKey, changes: readonly PastChange[]): void {
    const values = new Map(changes.map(({ version, value }) => [version, value]))
    const versions = this.#versions(key)
    this.#remove(
      key,
      versions,
      versions.filter(({ raw }) => values.has(raw[3]) && values.get(raw[3]) === undefined),
    )
    for (const { row, raw } of versions) {
      const [value, found] = [values.get(raw[3]), unpackIntact(raw)]
      if (value === undefined || !found) continue
      const packed = packRow({ ...found, record: { ...found.record, value } })
      this.#sql('UPDATE @past SET value = ?, checksum = ? WHERE row = ?').run(value, packed.at(-1), row)
    }
  }

  #newestOf({ collection, id }: RecordKey): number | null {
    const find = (table: string): [number | null] | undefined =>
      this.#sql(`SELECT past FROM ${table} WHERE ${ofKey}`).get(collection, id) as [number | null] | undefined
    return (find('@records') ?? find('@histories'))?.[0] ?? null
  }

  #versions(key: RecordKey): StoredVersion[] {
    const versions: StoredVersion[] = []
    for (let row = this.#newestOf(key); row !== null;) {
      const found = this.#sql(selectVersion).get(row) as [...RawRow, until: number, prev: number | null] | undefined
      // A damaged link leads to nothing, to another record's versions, or in a circle. Later ones have higher rows.
      if (!found || found[0] !== key.collection || found[1] !== key.id || row >= (versions.at(-1)?.row ?? Infinity))
        break
      const [until, prev] = found.slice(-2) as [number, number | null]
      versions.push({ row, raw: found.slice(0, -2) as RawRow, until, prev })
      row = prev
    }
    return versions
  }

  /** The rows of a record's versions from the newest one on, each with its label. */
  #places({ collection, id }: RecordKey, newest: number): (VersionPlace & { readonly label: string })[] {
    const places: (VersionPlace & { readonly label: string })[] = []
    const select = this.#sql('SELECT collection, id, level, compartments, prev FROM @past WHERE row = ?')
    for (let row: number | null = newest; row !== null;) {
      const found = select.get(row) as Link | undefined
      if (!found || found[0] !== collection || found[1] !== id || row >= (places.at(-1)?.row ?? Infinity)) break
      const [, , level, compartments, prev] = found
      places.push({ row, prev, label: `${level} ${compartments}` })
      row = prev
    }
    return places
  }

  #erase(key: RecordKey): void {
    const versions = this.#versions(key)
    this.#remove(key, versions, versions)
  }

  /** Removes versions beyond those that are kept under the label of the newest one. */
  #trim(key: RecordKey, newest: number, keep: number): void {
    const places = this.#places(key, newest)
    const alike = places.filter(({ label }) => label === places[0]?.label)
    this.#remove(key, places, alike.slice(keep))
  }

  /** Removes versions of a record, and joins the others. */
  #remove({ collection, id }: RecordKey, versions: readonly VersionPlace[], gone: readonly VersionPlace[]): void {
    if (gone.length === 0) return
    const rows = gone.map(({ row }) => row)
    const rest = versions.filter(({ row }) => !rows.includes(row))
    this.#sql('DELETE FROM @past WHERE row IN (SELECT value FROM json_each(?))').run(JSON.stringify(rows))
    for (const [index, { row, prev }] of rest.entries()) {
      const before = rest[index + 1]?.row ?? null
      if (before !== prev) this.#sql('UPDATE @past SET prev = ? WHERE row = ?').run(before, row)
    }
    if (rest[0] === versions[0]) return
    const newest = rest[0]?.row ?? null
    this.#sql(`UPDATE @records SET past = ? WHERE ${ofKey}`).run(newest, collection, id)
    if (newest === null) this.#sql(`DELETE FROM @histories WHERE ${ofKey}`).run(collection, id)
    else this.#sql(`UPDATE @histories SET past = ? WHERE ${ofKey} AND past IS NOT NULL`).run(newest, collection, id)
  }
}

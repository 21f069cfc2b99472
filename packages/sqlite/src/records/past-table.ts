import { beyondPrefix, hasTrait } from '@skein/memory/store'
import type { PastChange, PastEffect, PastPage, PastQuery, PastVersion, RecordKey } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'
import { isNone, knownAfter, mayExceed, placeFor } from './known-past.ts'
import type { KnownPast } from './known-past.ts'
import type { RowWithId } from './recent-rows.ts'
import { columns, packRow, unpackIntact } from './record-row.ts'
import type { RawRow } from './record-row.ts'

/** The format since which there are past versions. */
const firstFormat = 8

const ofKey = 'collection = ? AND id = ?'
const columnsBeside = `prev, until, ${columns}`
const copyRow = `INSERT INTO @past (${columnsBeside}) SELECT past, ?, ${columns} FROM @records WHERE row = ?`
const insertVersion = `INSERT INTO @past (${columnsBeside}) VALUES (${columnsBeside.replaceAll(/\w+/g, '?')})`
const selectVersion = `SELECT ${columns}, until, prev FROM @past WHERE row = ?`
const selectLink = 'SELECT collection, id, level, compartments, prev FROM @past WHERE row = ?'
const addHistory = 'INSERT OR IGNORE INTO @histories (collection, id) VALUES (?, ?)'
const keepHistory = `UPDATE @histories SET past = (SELECT past FROM @records WHERE row = ?)
  WHERE (collection, id) = (SELECT collection, id FROM @past WHERE row = (SELECT past FROM @records WHERE row = ?))`

/** Where a past version stands. */
interface VersionPlace {
  readonly row: number
  /** The row of the version before. */
  readonly prev: number | null
}

/** A past version, and the label that it has. */
interface LabelledPlace extends VersionPlace {
  readonly level: number
  readonly compartments: string
}

/** A past version as it is stored. */
interface StoredVersion extends VersionPlace {
  readonly raw: RawRow
  readonly until: number
}

/** What a write does to the past of its record. */
export interface AppliedPast {
  /** The place where the version goes that the write replaces. The row has to name it; then SQLite copies the row there. */
  readonly place: number | undefined
  readonly known: KnownPast | undefined
}

/** What a link leads to: whose version it is, and at the end the link to the one before. */
type Linked = readonly [collection: string, id: string, ...unknown[]]

/** The past versions of one space: rows as they were, beside those of the present. */
export class PastTable {
  readonly #sql: SpaceSql
  /** The last place in the table, if known. */
  #last: number | undefined

  constructor(sql: SpaceSql) {
    this.#sql = sql
  }

  /** Drops what is cached of the table. */
  forget(): void {
    this.#last = undefined
  }

  /**
   * Does what a write does to the past of its record, before the row changes.
   *
   * @param before - The row.
   */
  apply(effect: PastEffect, key: RecordKey, before: RowWithId | undefined): AppliedPast {
    const { added, isErased, isTrimmed, keep } = effect
    if (isErased) this.#erase(key)
    if (added.length === 0) return { place: undefined, known: isErased ? undefined : before?.past }
    if (!before || added.some(({ deleted }) => deleted)) return this.#bury(effect, key, before)
    let { past, raw } = before
    if (isTrimmed && keep !== undefined && mayExceed(past, keep)) past = this.#trim(key, before, keep)
    if (isNone(past)) this.#sql(addHistory).run(key.collection, key.id)
    const place = placeFor(past, raw, keep) ?? (this.#last = this.#lastPlace() + 1)
    return { place, known: knownAfter(past, raw, place) }
  }

  /** Keeps a tombstone, and the version before it. */
  #bury({ added, isTrimmed, keep }: PastEffect, key: RecordKey, before: RowWithId | undefined): AppliedPast {
    if (before && isTrimmed && keep !== undefined) this.#trim(key, before, keep)
    this.#sql(addHistory).run(key.collection, key.id)
    let newest = this.#newestOf(key)
    for (const version of added) {
      const { lastInsertRowid } = version.deleted
        ? this.#sql(insertVersion).run(newest, version.until, ...packRow(version))
        : this.#sql(copyRow).run(version.until, before?.rowId)
      newest = Number(lastInsertRowid)
    }
    this.#last = undefined
    if (before) this.#sql('UPDATE @records SET past = ? WHERE row = ?').run(newest, before.rowId)
    return { place: undefined, known: 'some' }
  }

  #lastPlace(): number {
    return (this.#last ??= (this.#sql('SELECT max(row) FROM @past').get() as [number | null])[0] ?? 0)
  }

  /** Gives a record that was gone, and is written again, what it was before. */
  attach({ collection, id }: RecordKey, rowId: number): KnownPast | undefined {
    if (!hasTrait(collection, 'recalled')) return undefined
    const found = this.#sql(`SELECT past FROM @histories WHERE ${ofKey}`).get(collection, id) as [number] | undefined
    if (!found) return undefined
    this.#sql('UPDATE @records SET past = ? WHERE row = ?').run(found[0], rowId)
    this.#sql(`UPDATE @histories SET past = NULL WHERE ${ofKey}`).run(collection, id)
    return 'some'
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
    return this.#walk(key, selectVersion).map(({ row, found }) => {
      const [until, prev] = found.slice(-2) as [number, number | null]
      return { row, prev, raw: found.slice(0, -2) as RawRow, until }
    })
  }

  /** The rows of a record's versions from the newest one on, each with its label. */
  #places(key: RecordKey): LabelledPlace[] {
    return this.#walk(key, selectLink).map(({ row, found }) => {
      const [level, compartments, prev] = found.slice(2) as [number, string, number | null]
      return { row, prev, level, compartments }
    })
  }

  /**
   * What a statement finds of each version, from the newest one on. The oldest one may name a place that a later version
   * has taken; a damaged link leads to nothing, to another record's versions, or in a circle.
   */
  #walk(key: RecordKey, select: string): { readonly row: number; readonly found: Linked }[] {
    const versions = new Map<number, Linked>()
    for (let row = this.#newestOf(key); row !== null && !versions.has(row);) {
      const found = this.#sql(select).get(row) as Linked | undefined
      if (found?.[0] !== key.collection || found[1] !== key.id) break
      versions.set(row, found)
      row = found.at(-1) as number | null
    }
    return [...versions].map(([row, found]) => ({ row, found }))
  }

  #erase(key: RecordKey): void {
    const versions = this.#versions(key)
    this.#remove(key, versions, versions)
  }

  /**
   * Leaves as many places as are kept of each label, and one less of the label that a row has: its version is to join
   * them.
   */
  #trim(key: RecordKey, { raw }: RowWithId, keep: number): KnownPast | undefined {
    const [level, compartments] = [raw[9], raw[10]]
    const places = this.#places(key)
    const counts = new Map([[`${level} ${compartments}`, 1]])
    const isBeyond = (place: LabelledPlace): boolean => {
      const label = `${place.level} ${place.compartments}`
      const count = (counts.get(label) ?? 0) + 1
      counts.set(label, count)
      return count > keep
    }
    const gone = new Set(places.filter((place) => isBeyond(place)))
    this.#remove(key, places, [...gone])
    const kept = places.filter((place) => !gone.has(place))
    if (counts.size > 1) return 'some'
    return { level, compartments, rows: kept.map(({ row }) => row).toReversed() }
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

import { beyondPrefix, compareNames, hasTrait, liveRecord, matchesFilter } from '@skein/memory/store'
import type { NamePage, NameQuery, RecordPage, RecordQuery, StoredRecord } from '@skein/memory/store'

import type { ScriptRunner } from '../lua/script-runner.ts'
import { namesScript, pageScript } from '../lua/scripts.generated.ts'
import { indexesFor } from '../records/index-names.ts'
import { intactRow } from './intact-row.ts'
import { rowsKey } from './space-keys.ts'

const minSize = 32
const maxSize = 500

/** What the script replies: ids with their places, and the rows. */
type IndexPage = [entries: string[], rows: (string | null)[]]

/** What the script replies: ids and rows, or that the index by name is not complete. */
type Names = [ids: string[], rows: (string | null)[]] | ['older']

/** Lists the records of a space, by its indexes. Throws what the client throws. */
export class SpacePages {
  readonly #scripts: ScriptRunner
  readonly #base: string

  constructor(scripts: ScriptRunner, base: string) {
    this.#scripts = scripts
    this.#base = base
  }

  /** A page of the records that match at a time by the server's clock. Damaged ones are left out. */
  async query(query: RecordQuery, now: number): Promise<RecordPage> {
    const { collection, order, limit } = query
    const indexes = indexesFor(query).map((name) => `${this.#base}i:${collection}:${name}`)
    if (indexes.length === 0) return { records: [] }
    const size = Math.min(maxSize, Math.max(minSize, limit + 1))
    const records: StoredRecord[] = []
    let position = query.after
    for (;;) {
      const from = position === undefined ? (order === 'oldest' ? '-inf' : '+inf') : `(${position}`
      const args = [this.#base, order, from, `${size}`, rowsKey(this.#base, collection), ...indexes]
      const [entries, texts] = (await this.#scripts.run(pageScript, args)) as IndexPage
      for (const [place, text] of texts.entries()) {
        position = Number(entries[2 * place + 1])
        const row = text === null ? undefined : intactRow({ collection, id: entries[2 * place] ?? '' }, text)
        const record = row && liveRecord(row, now)
        if (!record || !matchesFilter(record, query)) continue
        if (records.length === limit) return { records, next: records.at(-1)?.seq }
        records.push(record)
      }
      if (texts.length < size) return { records }
    }
  }

  /** A page of a list by name, of what matches at a time by the server's clock. Damaged records are left out. */
  async list(query: NameQuery, now: number): Promise<NamePage> {
    const { collection, prefix, limit } = query
    if (!hasTrait(collection, 'named')) return this.#listAll(query, now)
    const size = Math.min(maxSize, Math.max(minSize, limit + 1))
    const beyond = beyondPrefix(prefix)
    const records: StoredRecord[] = []
    // Both bounds hold: the page of another list may end before the prefix.
    const isInside = query.after !== undefined && compareNames(query.after, prefix) >= 0
    let from = isInside ? `(${query.after}` : `[${prefix}`
    for (;;) {
      const args = [this.#base, collection, from, beyond === undefined ? '+' : `(${beyond}`, `${size}`]
      const [ids, texts] = (await this.#scripts.run(namesScript, args)) as Names
      if (ids === 'older') return this.#listAll(query, now)
      for (const [place, id] of ids.entries()) {
        const text = texts?.[place]
        const row = text === null || text === undefined ? undefined : intactRow({ collection, id }, text)
        const record = row && liveRecord(row, now)
        if (!record || !matchesFilter(record, query)) continue
        if (records.length === limit) return { records, next: records.at(-1)?.id }
        records.push(record)
      }
      if (ids.length < size) return { records }
      from = `(${ids.at(-1)}`
    }
  }

  /** The same without an index by name: of a collection that has none, or as long as it lacks rows of an older format. */
  async #listAll({ prefix, after, limit, ...filter }: NameQuery, now: number): Promise<NamePage> {
    const found: StoredRecord[] = []
    let next: number | undefined
    do {
      const page = await this.query({ ...filter, order: 'oldest', limit: maxSize, after: next }, now)
      for (const record of page.records) {
        if (!record.id.startsWith(prefix)) continue
        if (after === undefined || compareNames(record.id, after) > 0) found.push(record)
      }
      next = page.next
    } while (next !== undefined)
    const records = found.toSorted((a, b) => compareNames(a.id, b.id)).slice(0, limit)
    return found.length > limit ? { records, next: records.at(-1)?.id } : { records }
  }
}

import { liveRecord, matchesFilter } from '@skein/memory/store'
import type { RecordPage, RecordQuery, StoredRecord } from '@skein/memory/store'

import type { ScriptRunner } from '../lua/script-runner.ts'
import { pageScript } from '../lua/scripts.generated.ts'
import { indexFor } from '../records/index-names.ts'
import { intactRow } from './intact-row.ts'
import { rowsKey } from './space-keys.ts'

const minSize = 32
const maxSize = 500

/** What the script replies: ids with their places, and the rows. */
type IndexPage = [entries: string[], rows: (string | null)[]]

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
    const index = `${this.#base}i:${collection}:${indexFor(query)}`
    const size = Math.min(maxSize, Math.max(minSize, limit + 1))
    const records: StoredRecord[] = []
    let position = query.after
    for (;;) {
      const from = position === undefined ? (order === 'oldest' ? '-inf' : '+inf') : `(${position}`
      const args = [this.#base, order, index, from, `${size}`, rowsKey(this.#base, collection)]
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
}

import type { AnyRecord } from './any-record.ts'
import type { RecordsFilter, RecordsPage } from './records.ts'

/** What lists records: `View.records`. */
interface RecordList {
  list(filter: RecordsFilter): Promise<RecordsPage>
}

/**
 * Yields every record that passes a filter, each once, also those that others write during the walk.
 *
 * A list has the newest first, so what is written behind the walk moves to the front: the walk goes there again until
 * all news fit into one page, which is one look at the store.
 *
 * @throws OptionError when a filter makes no sense; StoreError
 */
export async function* allRecords(
  records: RecordList,
  filter: Omit<RecordsFilter, 'cursor' | 'limit'>,
): AsyncGenerator<AnyRecord, void, undefined> {
  const seen = new Set<string>()
  let walkedTo = 0
  for (let pages = 0; pages !== 1;) {
    const from = walkedTo
    let cursor: string | undefined
    pages = 0
    do {
      const page: RecordsPage = await records.list({ ...filter, limit: 1_000, ...(cursor !== undefined && { cursor }) })
      pages += 1
      const news = page.items.filter(({ seq }) => seq > from)
      walkedTo = Math.max(walkedTo, news[0]?.seq ?? 0)
      for (const record of news) {
        if (!seen.has(record.id)) yield record
        seen.add(record.id)
      }
      cursor = news.length === page.items.length ? page.cursor : undefined
    } while (cursor !== undefined)
  }
}

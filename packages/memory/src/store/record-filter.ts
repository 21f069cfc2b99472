import { covers } from '../values/access.ts'
import type { RecordFilter } from './query.ts'
import type { StoredRecord } from './record.ts'

/** Whether a record passes every filter that is set. */
export function matchesFilter(record: StoredRecord, filter: RecordFilter): boolean {
  return (
    record.collection === filter.collection &&
    passesFilter(record, filter) &&
    (filter.audience === undefined || covers(filter.audience, record))
  )
}

/** Whether a record passes the filters that concern neither its collection nor its label. */
export function passesFilter(
  record: Pick<StoredRecord, 'author' | 'task' | 'tags' | 'derivedFrom' | 'updatedAt'>,
  filter: RecordFilter,
): boolean {
  return (
    (filter.task === undefined || record.task === filter.task) &&
    (filter.author === undefined || record.author === filter.author) &&
    (filter.notAuthor === undefined || record.author !== filter.notAuthor) &&
    (filter.tags ?? []).every((tag) => record.tags.includes(tag)) &&
    (filter.derivedFrom === undefined || record.derivedFrom.includes(filter.derivedFrom)) &&
    (filter.anySource === undefined || record.derivedFrom.some((source) => filter.anySource?.has(source))) &&
    (filter.since === undefined || record.updatedAt >= filter.since) &&
    (filter.until === undefined || record.updatedAt < filter.until)
  )
}

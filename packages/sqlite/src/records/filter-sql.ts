import { levelIndex } from '@skein/memory/store'
import type { RecordFilter } from '@skein/memory/store'

const journals = ['observations', 'decisions', 'learnings']

/**
 * Records that are listed by their author, and never written over: those have
 * an index for it, which SQLite uses for queries that say this word for word.
 * (Not with IN: for each row that is written SQLite would make a table of the names.)
 */
export const isJournal: string = `(${journals.map((name) => `collection = '${name}'`).join(' OR ')})`

/**
 * The conditions of a filter, and the values of their marks, over the table
 * `@records r`.
 *
 * A list that is no JSON fits every filter: its row is damaged, and whoever
 * unpacks it finds that out. SQLite would break off the whole query for it.
 */
export function filterSql(filter: RecordFilter, now: number): { where: string[]; values: unknown[] } {
  const where = ['r.collection = ?', 'deleted = 0', '(expires_at IS NULL OR expires_at > ?)']
  const values: unknown[] = [filter.collection, now]
  const add = (condition: string, ...inputs: unknown[]): void => {
    if (inputs.includes(undefined)) return
    where.push(condition)
    values.push(...inputs)
  }
  add('task = ?', filter.task)
  add('author = ?', filter.author)
  if (filter.author !== undefined && journals.includes(filter.collection)) where.push(isJournal)
  add('author <> ?', filter.notAuthor)
  add('updated_at >= ?', filter.since)
  add('updated_at < ?', filter.until)
  for (const tag of filter.tags ?? []) {
    add('CASE WHEN json_valid(tags) THEN EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?) ELSE 1 END', tag)
  }
  add('r.row IN (SELECT row FROM @uses WHERE source = ?)', filter.derivedFrom)
  if (filter.audience) {
    const { level, compartments } = filter.audience
    add('level <= ?', levelIndex(level))
    const within =
      'NOT EXISTS (SELECT 1 FROM json_each(compartments) WHERE value NOT IN (SELECT value FROM json_each(?)))'
    // CASE, because only that is sure to look at validity first.
    add(
      `(compartments = '[]' OR CASE WHEN json_valid(compartments) THEN ${within} ELSE 1 END)`,
      JSON.stringify(compartments),
    )
  }
  return { where, values }
}

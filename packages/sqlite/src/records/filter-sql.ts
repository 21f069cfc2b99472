import { hasTrait, levelIndex } from '@skein/memory/store'
import type { RecordFilter } from '@skein/memory/store'

import { hasMarks } from './journal-mark.ts'
import type { SpaceSql } from '../file/space-sql.ts'

/**
 * The conditions of a filter over the table `@records r`, and the values of
 * their placeholders.
 *
 * A list that is not valid JSON passes every filter: the row is damaged, which
 * unpacking it will find. SQLite would abort the whole query because of it.
 */
export function filterSql(sql: SpaceSql, filter: RecordFilter, now: number): { where: string[]; values: unknown[] } {
  const where = ['r.collection = ?', 'deleted = 0', '(expires_at IS NULL OR expires_at > ?)']
  const values: unknown[] = [filter.collection, now]
  const add = (condition: string, ...inputs: unknown[]): void => {
    if (inputs.includes(undefined)) return
    where.push(condition)
    values.push(...inputs)
  }
  add('task = ?', filter.task)
  add('author = ?', filter.author)
  // SQLite uses the index by author only for queries that repeat its condition.
  if (filter.author !== undefined && hasTrait(filter.collection, 'journal') && hasMarks(sql)) where.push('listed = 1')
  add('author <> ?', filter.notAuthor)
  add('updated_at >= ?', filter.since)
  add('updated_at < ?', filter.until)
  if (filter.tags && filter.tags.length > 0) {
    // One condition for all of them: SQLite bounds the depth of an expression.
    const hasAll =
      'NOT EXISTS (SELECT 1 FROM json_each(?) wanted WHERE wanted.value NOT IN (SELECT value FROM json_each(r.tags)))'
    add(`CASE WHEN json_valid(tags) THEN ${hasAll} ELSE 1 END`, JSON.stringify(filter.tags))
  }
  add('r.row IN (SELECT row FROM @uses WHERE source = ?)', filter.derivedFrom)
  add(
    'r.row IN (SELECT row FROM @uses WHERE source IN (SELECT value FROM json_each(?)))',
    filter.anySource && JSON.stringify([...filter.anySource]),
  )
  if (filter.audience) {
    const { level, compartments } = filter.audience
    add('level <= ?', levelIndex(level))
    const within =
      'NOT EXISTS (SELECT 1 FROM json_each(compartments) WHERE value NOT IN (SELECT value FROM json_each(?)))'
    // Only CASE is sure to check the validity first.
    add(
      `(compartments = '[]' OR CASE WHEN json_valid(compartments) THEN ${within} ELSE 1 END)`,
      JSON.stringify(compartments),
    )
  }
  return { where, values }
}

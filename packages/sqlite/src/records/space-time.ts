import type { SpaceSql } from '../file/space-sql.ts'

/** Its row among the floors holds a time, Unix milliseconds. No collection has such a name. */
const row = '@time'

const selectTime = `SELECT max(
  coalesce((SELECT at FROM @changes ORDER BY seq DESC LIMIT 1), 0),
  coalesce((SELECT version FROM @floors WHERE collection = ?), 0))`
const keep =
  'INSERT INTO @floors VALUES (?, ?) ON CONFLICT (collection) DO UPDATE SET version = max(version, excluded.version)'

/** The highest time that is kept with the data of a space: that of its newest change, or a later one; 0 if there is none. */
export function keptTime(sql: SpaceSql): number {
  return (sql(selectTime).get(row) as [number])[0]
}

/** Keeps a time with the data. Runs inside a transaction. */
export function keepTime(sql: SpaceSql, now: number): void {
  sql(keep).run(row, Math.floor(now))
}

/** Whether anything that has expired by now would be alive again if time began again at the kept one. */
export function needsTime(sql: SpaceSql, now: number): boolean {
  const sinceKept = 'SELECT 1 FROM @records WHERE expires_at > ? AND expires_at <= ? LIMIT 1'
  return sql(sinceKept).get(keptTime(sql), now) !== undefined
}

import type { Seq } from '@skein/memory/store'

import type { SpaceSql } from '../file/space-sql.ts'

/** Its rows among the floors are the positions from which a restored feed jumped; each has a name of its own. */
const prefix = '@start/'

/** Whether a row among the floors is none of a collection. */
export const isMark = (name: string): boolean => name.startsWith('@')

/** The positions after which a restored feed continued, lowest first. They bear no change, so the feed has gaps before them. */
export function feedStarts(sql: SpaceSql): readonly Seq[] {
  const rows = sql('SELECT version FROM @floors WHERE collection >= ? AND collection < ? ORDER BY version')
  return (rows.all(prefix, `${prefix}~`) as [Seq][]).map(([position]) => position)
}

/** The position after which the present feed began: what has a lower one may have been written twice; 0 if it never jumped. */
export function lastStart(sql: SpaceSql): Seq {
  return feedStarts(sql).at(-1) ?? 0
}

/** Has the feed go on after a position. Runs inside a transaction. */
export function startFeed(sql: SpaceSql, position: Seq): void {
  sql('INSERT OR IGNORE INTO @floors VALUES (?, ?)').run(`${prefix}${position}`, position)
}

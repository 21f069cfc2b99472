import { existsSync } from 'node:fs'

import { collectionsWith } from '@skein/memory/store'

import { openDamaged } from '../file/connection.ts'
import type { DatabaseFile } from '../file/connection.ts'
import type { Database } from '../file/database.ts'
import { feedStarts, isMark, startFeed } from '../records/feed-start.ts'
import { keepTime, keptTime } from '../records/space-time.ts'
import { spaceSql } from '../file/space-sql.ts'
import { lastSeq } from '../records/space-tables.ts'
import { findSpace } from '../schema/spaces.ts'

/** What a restored space has to exceed. */
export interface Reached {
  readonly seq: number
  /** The highest version of each collection. */
  readonly versions: ReadonlyMap<string, number>
  readonly time: number
}

/**
 * How far the spaces of a file have come that is about to be replaced. Nothing is known of a space that is not there, or
 * can't be read.
 */
export async function reachedIn(file: DatabaseFile, spaces: readonly string[]): Promise<ReadonlyMap<string, Reached>> {
  const reached = new Map<string, Reached>()
  if (!existsSync(file.path)) return reached
  let db: Database | undefined
  try {
    db = await openDamaged(file)
    for (const space of spaces) {
      const number = findSpace(db, space)
      if (number !== undefined) reached.set(space, reachedBy(db, number))
    }
  } catch {
    // It may be replaced because it is damaged.
  } finally {
    db?.close()
  }
  return reached
}

function reachedBy(db: Database, number: number): Reached {
  const sql = spaceSql(db, number)
  // The sign keeps SQLite from reading the rows in the order of an index.
  const records = sql('SELECT collection, max(version) FROM @records GROUP BY +collection').all() as [string, number][]
  const floors = sql('SELECT collection, version FROM @floors').all() as [string, number][]
  const versions = new Map(records)
  for (const [collection, version] of floors) {
    if (!isMark(collection)) versions.set(collection, Math.max(version, versions.get(collection) ?? 0))
  }
  return { seq: lastSeq(sql), versions, time: keptTime(sql) }
}

/**
 * Has positions, versions and times of a restored space begin above all that the replaced one gave, so that none is ever
 * used twice. Of a space of which nothing is known only fences are sure to be new.
 *
 * @param db - The restored database, in a transaction.
 */
export function exceed(db: Database, space: string, reached: Reached | undefined): void {
  const sql = spaceSql(db, findSpace(db, space) as number)
  const raise = sql(
    'INSERT INTO @floors VALUES (?, ?) ON CONFLICT (collection) DO UPDATE SET version = max(version, excluded.version)',
  )
  for (const collection of collectionsWith('leased')) raise.run(collection, Date.now())
  if (!reached) return
  for (const [collection, version] of reached.versions) raise.run(collection, version)
  keepTime(sql, reached.time)
  if (reached.seq > lastSeq(sql) || feedStarts(sql).length > 0) startFeed(sql, Math.max(reached.seq, lastSeq(sql)))
}

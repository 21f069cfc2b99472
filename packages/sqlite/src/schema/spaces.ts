import { CorruptRecordError } from '@skein/memory'
import { collectionsWith } from '@skein/memory/store'

import type { Database } from '../file/database.ts'
import { spaceSql } from '../file/space-sql.ts'
import { analyzeAnew, isAnalyzed, markAnalyzed } from '../terms/analysis.ts'
import { spaceSchema } from './space-schema.ts'

/** Makes the table of spaces. */
export function createSpaceList(db: Database): void {
  db.exec('CREATE TABLE spaces (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, incarnation TEXT NOT NULL)')
}

/**
 * Finds the number of a space, and makes its tables if there are none.
 *
 * @param life - Of a new space: the name of its feed's life, and the time, above which the versions of leases begin, so
 * that fences exceed those of any earlier life of the file.
 */
export function prepareSpace(
  db: Database,
  name: string,
  life: { readonly incarnation: string; readonly now: number },
): number {
  // Without a lock, which others may hold for long.
  const known = findSpace(db, name)
  if (known !== undefined) {
    analyzeIfNeeded(db, known)
    return known
  }
  return db
    .transaction((): number => {
      const found = findSpace(db, name)
      if (found !== undefined) return found
      const { lastInsertRowid } = db
        .prepare('INSERT INTO spaces (name, incarnation) VALUES (?, ?)')
        .run(name, life.incarnation)
      const number = Number(lastInsertRowid)
      db.exec(spaceSchema(number))
      const begin = db.prepare(`INSERT INTO floors_${number} VALUES (?, ?)`)
      for (const collection of collectionsWith('leased')) begin.run(collection, Math.floor(life.now))
      markAnalyzed(spaceSql(db, number))
      return number
    })
    .immediate()
}

/** Makes the search index of a space again where another version of the analysis made it. */
function analyzeIfNeeded(db: Database, number: number): void {
  const sql = spaceSql(db, number)
  if (isAnalyzed(sql)) return
  db.transaction(() => {
    if (!isAnalyzed(sql)) analyzeAnew(sql)
  }).immediate()
}

/** The number of a space; `undefined` if there is none of this name. */
export function findSpace(db: Database, name: string): number | undefined {
  return db.prepare('SELECT number FROM spaces WHERE name = ?').pluck().get(name) as number | undefined
}

/** The numbers of all spaces. */
export function spaceNumbers(db: Database): number[] {
  return db.prepare('SELECT number FROM spaces ORDER BY number').pluck().all() as number[]
}

/**
 * The names of all spaces.
 *
 * @throws CorruptRecordError when the name of a space that has tables is lost.
 */
export function spaceNames(db: Database, path: string): string[] {
  const names = db.prepare('SELECT name FROM spaces ORDER BY name').pluck().all() as string[]
  const kept = db.prepare(`SELECT count(*) FROM sqlite_schema WHERE name GLOB 'records_[0-9]*'`).pluck().get() as number
  if (kept <= names.length) return names
  throw new CorruptRecordError(
    'spaces',
    `${path} is damaged: it has tables for ${kept} spaces, but names for ${names.length}. Restore a backup.`,
  )
}

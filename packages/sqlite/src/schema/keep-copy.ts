import { existsSync, readdirSync, realpathSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import type { Database } from '../file/database.ts'
import { NewFile } from '../file/new-file.ts'

/** The copy of a database that is about to be migrated. */
export interface KeptCopy {
  readonly path: string
  remove(): void
}

/**
 * Copies a database to `<path>.format-<format>` beside it, and syncs the copy.
 * If that name is taken, a number follows it: no file is ever overwritten.
 *
 * @param db - Holds a lock that keeps all others away from the database, and thereby from its unfinished copies.
 * @throws what SQLite throws; StoreFullError, StoreError
 */
export function keepCopy(db: Database, path: string, format: number): KeptCopy {
  const original = realpathSync(path)
  removeUnfinished(original)
  const target = freeName(`${original}.format-${format}`)
  using file = new NewFile('migrate', target, original, false)
  // Unlike the backup API of better-sqlite3, in one go: see `migrateFile`.
  db.prepare('VACUUM INTO ?').run(file.temporary)
  file.publish()
  return { path: target, remove: () => rmSync(target, { force: true }) }
}

/** Removes what a process left that was killed while it copied. */
function removeUnfinished(original: string): void {
  const [folder, name] = [dirname(original), basename(original)]
  for (const other of readdirSync(folder)) {
    if (other.startsWith(`${name}.format-`) && /^\d+(-\d+)?\.[0-9a-f]{8}\.partial/.test(other.slice(name.length + 8))) {
      rmSync(join(folder, other))
    }
  }
}

function freeName(wanted: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted}-${number}`
    if (!existsSync(name)) return name
  }
}

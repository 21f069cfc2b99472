import { setImmediate } from 'node:timers/promises'

import type { Corruption, Inspector } from '@skein/memory/store'
import Database from 'better-sqlite3'

import { openDamaged } from '../file/connection.ts'
import type { DatabaseFile } from '../file/connection.ts'
import { findSpace } from '../schema/space-schema.ts'
import { spaceSql } from '../records/space-sql.ts'
import { isUnreadable, wrapError } from '../file/sqlite-errors.ts'
import { checkFeed } from './verify-feed.ts'
import { checkObjects } from './verify-objects.ts'
import { checkRecords } from './verify-records.ts'
import { findFaults } from './file-faults.ts'

/** What a check is of, and who has a say in it. */
export interface SpaceCheck {
  readonly options: DatabaseFile
  readonly space: string
  readonly inspector?: Inspector | undefined
  /** Asked before each piece: what it throws ends the check. */
  readonly assertOpen?: () => void
}

/**
 * Looks through a space and through the tree of the whole file.
 *
 * @throws StoreError when the file can't be got at; what can't be read of it is what is looked for.
 */
export async function* checkSpace(check: SpaceCheck): AsyncGenerator<Corruption, void, undefined> {
  yield* checkTables(check)
  for (const problem of await findFaults(check.options)) yield { kind: 'file', id: '', problem, raw: '' }
}

/** The part of {@link checkSpace} that is about the space alone, over a connection of its own. */
export async function* checkTables({
  options,
  space,
  inspector,
  assertOpen,
}: SpaceCheck): AsyncGenerator<Corruption, void, undefined> {
  const db = openDamaged(options)
  try {
    for (const damages of pieces(db, options.path, space, inspector)) {
      assertOpen?.()
      yield* damages
      await setImmediate()
    }
  } catch (error) {
    // An inspector may have reasons of its own to end it.
    throw error instanceof Database.SqliteError ? wrapError('check', options.path, error) : error
  } finally {
    db.close()
  }
}

function* pieces(
  db: Database.Database,
  path: string,
  space: string,
  inspector: Inspector | undefined,
): Generator<readonly Corruption[]> {
  let number: number | undefined
  try {
    number = findSpace(db, space)
  } catch (error) {
    if (!isUnreadable(error)) throw error
    const { message } = wrapError('check', path, error)
    yield [{ kind: 'file', id: 'spaces', problem: message, raw: '' }]
  }
  if (number === undefined) return
  const sql = spaceSql(db, number)
  yield* checkRecords(sql, inspector)
  yield* checkObjects(sql, inspector)
  yield* checkFeed(sql)
}

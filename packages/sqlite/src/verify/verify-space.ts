import { setImmediate } from 'node:timers/promises'

import type { Corruption, Inspector } from '@skein/memory/store'

import { openDamaged } from '../file/connection.ts'
import type { DatabaseFile } from '../file/connection.ts'
import { isSqliteError } from '../file/database.ts'
import type { Database } from '../file/database.ts'
import { isUnreadable, wrapError } from '../file/sqlite-errors.ts'
import { spaceSql } from '../file/space-sql.ts'
import { findSpace } from '../schema/spaces.ts'
import { findFaults } from './file-faults.ts'
import { verifyFeed } from './verify-feed.ts'
import { verifyObjects } from './verify-objects.ts'
import { verifyPast } from './verify-past.ts'
import { verifyRecords } from './verify-records.ts'

/** What to verify, and who takes part. */
export interface SpaceVerification {
  readonly file: DatabaseFile
  readonly space: string
  readonly inspector?: Inspector | undefined
  /** Called before each piece. What it throws ends the verification. */
  readonly assertOpen?: () => void
}

/**
 * Verifies a space and the structure of the whole file.
 *
 * @throws StoreError when the file can't be opened. Parts of it that can't be read are yielded.
 */
export async function* verifySpace(verification: SpaceVerification): AsyncGenerator<Corruption, void, undefined> {
  yield* verifyTables(verification)
  for (const problem of await findFaults(verification.file)) yield { kind: 'file', id: '', problem, raw: '' }
}

/** Verifies only the tables of a space, over a connection of its own. */
export async function* verifyTables({
  file,
  space,
  inspector,
  assertOpen,
}: SpaceVerification): AsyncGenerator<Corruption, void, undefined> {
  const db = await openDamaged(file)
  try {
    for (const corruptions of pieces(db, file.path, space, inspector)) {
      assertOpen?.()
      yield* corruptions
      await setImmediate()
    }
  } catch (error) {
    // What an inspector throws is not ours to wrap.
    throw isSqliteError(error) ? wrapError('verify', file.path, error) : error
  } finally {
    db.close()
  }
}

function* pieces(
  db: Database,
  path: string,
  space: string,
  inspector: Inspector | undefined,
): Generator<readonly Corruption[]> {
  let number: number | undefined
  try {
    number = findSpace(db, space)
  } catch (error) {
    if (!isUnreadable(error)) throw error
    const { message } = wrapError('verify', path, error)
    yield [{ kind: 'file', id: 'spaces', problem: message, raw: '' }]
  }
  if (number === undefined) return
  const sql = spaceSql(db, number)
  yield* verifyRecords(sql, inspector)
  yield* verifyPast(sql, inspector)
  yield* verifyObjects(sql, inspector)
  yield* verifyFeed(sql)
}

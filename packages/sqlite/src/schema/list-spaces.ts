import { existsSync } from 'node:fs'

import { openDamaged } from '../file/connection.ts'
import type { DatabaseFile } from '../file/connection.ts'
import { wrapError } from '../file/sqlite-errors.ts'
import { requireReadable } from './database-format.ts'
import { spaceNames } from './spaces.ts'

/**
 * The names of the spaces in a file; none if there is no file.
 *
 * @throws StoreFormatError, CorruptRecordError, StoreError
 */
export async function listSpaces(file: DatabaseFile): Promise<string[]> {
  if (!existsSync(file.path)) return []
  const db = await openDamaged(file)
  try {
    requireReadable(db, file.path)
    return spaceNames(db, file.path)
  } catch (error) {
    throw wrapError('spaces', file.path, error)
  } finally {
    db.close()
  }
}

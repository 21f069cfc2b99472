import { existsSync } from 'node:fs'

import { openDamaged } from '../file/connection.ts'
import type { DatabaseFile } from '../file/connection.ts'
import { requireFormat, spaceNames } from './space-schema.ts'
import { wrapError } from '../file/sqlite-errors.ts'

/**
 * The names of the spaces in a file; none where there is no file.
 *
 * @throws StoreFormatError, CorruptRecordError, StoreError
 */
export function listSpaces(options: DatabaseFile): string[] {
  if (!existsSync(options.path)) return []
  const db = openDamaged(options)
  try {
    requireFormat(db, options.path)
    return spaceNames(db, options.path)
  } catch (error) {
    throw wrapError('spaces', options.path, error)
  } finally {
    db.close()
  }
}

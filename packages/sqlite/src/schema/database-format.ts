import { StoreFormatError } from '@skein/memory'

import type { Database } from '../file/database.ts'

/** Marks a database as Skein's: "SKEI" in ASCII. See https://sqlite.org/pragma.html#pragma_application_id */
const applicationId = 0x534b4549

/** The format of the tables that this code writes. It changes whenever they do, with a step in `migrations.ts`. */
export const currentFormat = 11

/** The oldest format that this code reads and migrates. */
export const oldestFormat = 3

/** The format of a database, as it is written in its header. */
export function formatOf(db: Database): number {
  return db.pragma('user_version', { simple: true }) as number
}

/** Marks a database as Skein's, and as being of this format. */
export function markFormat(db: Database, format: number): void {
  db.pragma(`application_id = ${applicationId}`)
  db.pragma(`user_version = ${format}`)
}

/** Whether there is nothing in a database yet. */
export function isEmpty(db: Database): boolean {
  if (isOurs(db) || formatOf(db) !== 0) return false
  return db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0
}

/** A database has to be migrated before it can be written. */
export class OlderFormatError extends StoreFormatError {
  constructor(path: string, format: number) {
    super(
      'open',
      `${path} has format ${format}, but this Skein writes format ${currentFormat}. Open it for writing to migrate it.`,
    )
  }
}

/** @throws StoreFormatError when a database is not ours, or of a format that this code can't read. */
export function requireReadable(db: Database, path: string): void {
  if (isEmpty(db)) {
    throw new StoreFormatError('open', `${path} is empty: it has never held a memory. Name another file.`)
  }
  if (!isOurs(db)) {
    throw new StoreFormatError(
      'open',
      `${path} belongs to another program. Name another file; this one was left unchanged.`,
    )
  }
  const format = formatOf(db)
  if (format >= oldestFormat && format <= currentFormat) return
  const known = `this Skein reads formats ${oldestFormat} to ${currentFormat}`
  const remedy = format > currentFormat ? 'Use a newer Skein' : 'Use the Skein that wrote it'
  throw new StoreFormatError('open', `${path} has format ${format}, but ${known}. ${remedy}, or name another file.`)
}

/** @throws OlderFormatError, StoreFormatError when a database is not ours, or of another format. */
export function requireCurrent(db: Database, path: string): void {
  requireReadable(db, path)
  const format = formatOf(db)
  if (format !== currentFormat) throw new OlderFormatError(path, format)
}

function isOurs(db: Database): boolean {
  return db.pragma('application_id', { simple: true }) === applicationId
}

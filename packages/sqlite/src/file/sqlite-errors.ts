import {
  CorruptRecordError,
  OutcomeUnknownError,
  SkeinError,
  StoreBusyError,
  StoreError,
  StoreFormatError,
  StoreFullError,
} from '@skein/memory'

/** Whether SQLite can't make sense of what it finds in a file, or the disk does not give it. */
export function isUnreadable(thrown: unknown): boolean {
  const code = (thrown as { code?: unknown } | undefined)?.code
  // A damaged length can be too big for memory, and a damaged list of tables makes errors of all our questions.
  const codes = /^SQLITE_(CORRUPT|NOTADB|IOERR_(SHORT_)?READ|IOERR_CORRUPTFS|TOOBIG|NOMEM|ERROR)/
  return typeof code === 'string' && codes.test(code)
}

/** Whether a table is not there: all that are asked for were made, so it is the list of them that is damaged. */
function lacksTable(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith('no such table')
}

/**
 * Wraps what SQLite throws, once, in the error that says what to do about it.
 *
 * Codes: https://sqlite.org/rescode.html
 */
export function wrapError(operation: string, path: string, thrown: unknown): SkeinError {
  if (thrown instanceof SkeinError) return thrown
  const code = (thrown as { code?: string } | undefined)?.code ?? ''
  const cause = { cause: thrown }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return new StoreBusyError(
      operation,
      `Another process keeps ${path} locked. Try again, or find out who writes for so long.`,
      cause,
    )
  }
  // SHMSIZE: no room even for the index of the log, which is made when opening.
  if (['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT'].includes(code)) {
    return new StoreFullError(
      operation,
      `No space left for ${path}. Nothing of this write was kept: free some space and try again.`,
      cause,
    )
  }
  if (code === 'SQLITE_NOTADB') {
    return new StoreFormatError(
      operation,
      `${path} is no SQLite database. Name another file; this one was left as it is.`,
      cause,
    )
  }
  if (code.startsWith('SQLITE_CORRUPT') || lacksTable(thrown)) {
    return new CorruptRecordError(
      operation,
      `${path} is damaged. Restore a backup; copy the file first if you want to examine it.`,
      cause,
    )
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code === 'EACCES' || code === 'EPERM') {
    return new StoreError(
      operation,
      `${path} can't be opened. Check that its folder exists and that you may read and write there.`,
      cause,
    )
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS') {
    return new StoreError(
      operation,
      `${path} is read-only. Check the permissions of the file and of its folder.`,
      cause,
    )
  }
  if (operation === 'commit') {
    return new OutcomeUnknownError(
      operation,
      `Writing ${path} failed at its very end: it may or may not have happened. Read the record to know.`,
      cause,
    )
  }
  if (code === 'ENOENT' || (thrown instanceof TypeError && thrown.message.includes('directory does not exist'))) {
    return new StoreError(
      operation,
      `${path} can't be opened: its folder does not exist. Make it first, or name another.`,
      cause,
    )
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new StoreError(operation, `${path}: ${operation} failed: ${message}`, cause)
}

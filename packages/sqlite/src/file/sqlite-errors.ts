import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'

import {
  CorruptRecordError,
  OutcomeUnknownError,
  SkeinError,
  StoreBusyError,
  StoreError,
  StoreFormatError,
  StoreFullError,
} from '@skein/memory'

/** SQLite's code of an error, such as `SQLITE_BUSY`, or Node's; `''` for any other error. */
export function codeOf(thrown: unknown): string {
  const code = (thrown as { code?: unknown } | undefined)?.code
  return typeof code === 'string' ? code : ''
}

/** Whether SQLite can't decode what it finds in a file, or the disk can't deliver it. */
export function isUnreadable(thrown: unknown): boolean {
  // A damaged length can be too big for memory, and a damaged list of tables makes errors of all our statements.
  return /^SQLITE_(CORRUPT|NOTADB|IOERR_(SHORT_)?READ|IOERR_CORRUPTFS|TOOBIG|NOMEM|ERROR)/.test(codeOf(thrown))
}

/** Whether another connection holds a lock. */
export function isBusy(thrown: unknown): boolean {
  return /^SQLITE_(BUSY|LOCKED)/.test(codeOf(thrown))
}

/** The error for a file system on which processes can't share memory, as a log needs it. See https://sqlite.org/wal.html */
export function sharesNoMemory(path: string, cause?: unknown): StoreError {
  return new StoreError(
    'open',
    `The file system of ${path} can't share memory between processes, and SQLite needs that for several writers. ` +
      'Keep the file on a local disk, not on a network share. To share a memory between machines, use Redis.',
    { cause },
  )
}

/** Whether a table is missing: every table that is asked for was made, so the list of tables is damaged. */
function lacksTable(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.message.startsWith('no such table')
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

function mayAccess(path: string, mode: number): boolean {
  try {
    accessSync(path, mode)
    return true
  } catch {
    return false
  }
}

/**
 * Wraps an error of SQLite or Node, once, in one that says what to do about it.
 *
 * Codes: https://sqlite.org/rescode.html
 */
export function wrapError(operation: string, path: string, thrown: unknown): SkeinError {
  if (thrown instanceof SkeinError) return thrown
  const code = codeOf(thrown)
  const cause = { cause: thrown }
  if (isBusy(thrown)) {
    return new StoreBusyError(
      operation,
      `Another process keeps ${path} locked. Try again, or find the process that holds the lock.`,
      cause,
    )
  }
  // SHMSIZE: no space even for the index of the log, which is made when opening.
  if (['SQLITE_FULL', 'SQLITE_IOERR_SHMSIZE', 'ENOSPC', 'EDQUOT'].includes(code)) {
    return new StoreFullError(
      operation,
      `No space is left for ${path}. Nothing was written: free some space, then try again.`,
      cause,
    )
  }
  if (/^SQLITE_(IOERR_SHM(OPEN|MAP|LOCK)|PROTOCOL)/.test(code)) return sharesNoMemory(path, thrown)
  if (code === 'SQLITE_NOTADB') {
    return new StoreFormatError(
      operation,
      `${path} is not a SQLite database. Name another file; this one was left unchanged.`,
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
  if (code.startsWith('SQLITE_CANTOPEN') && isFolder(path)) {
    return new StoreError(operation, `${path} is a folder and can't be opened. Name a file in it.`, cause)
  }
  if (
    /^SQLITE_(CANTOPEN|READONLY)/.test(code) &&
    mayAccess(path, constants.R_OK) &&
    !mayAccess(dirname(path), constants.W_OK)
  ) {
    return new StoreError(
      operation,
      `${path} is in a folder that is not writable. To read it while others write, SQLite keeps an index ` +
        'beside it. Make the folder writable, or make a backup (`backup`), a single file that can be read anywhere.',
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
      `The commit to ${path} failed: the write may or may not have happened. Read the record to find out.`,
      cause,
    )
  }
  if (code === 'ENOENT' || (thrown instanceof TypeError && thrown.message.includes('directory does not exist'))) {
    return new StoreError(
      operation,
      `${path} can't be opened: its folder does not exist. Create it first, or name another one.`,
      cause,
    )
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  return new StoreError(operation, `${path}: ${operation} failed: ${message}`, cause)
}

import { lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'

import { OptionError, StoreError } from '@skein/memory'

/** Beside a database, names get endings of up to 25 bytes, and file systems end at 255. */
const maxNameBytes = 230
/** SQLite's own limit is 512 bytes, endings included. */
const maxPathBytes = 480

/**
 * Checks what should be the path of a database, and makes it absolute, so that it names the same file wherever the
 * process goes.
 *
 * @throws OptionError for what SQLite or its binding would take for another file.
 */
export function requirePath(path: unknown): string {
  const refuse = (expected: string): never => {
    throw new OptionError('path', expected, path)
  }
  if (typeof path !== 'string' || path === '' || path === ':memory:' || path.includes('\0')) {
    return refuse('the path of a file (for a memory that ends with the process use mapStore())')
  }
  if (/^file:/i.test(path)) return refuse('a plain path, not a URI (use fileURLToPath)')
  // The binding cuts white space off, so it would open another file.
  if (path !== path.trimEnd()) return refuse('a path that does not end in white space')
  const absolute = resolve(path)
  if (Buffer.byteLength(basename(absolute)) > maxNameBytes) return refuse(`a name of up to ${maxNameBytes} bytes`)
  if (Buffer.byteLength(absolute) > maxPathBytes) return refuse(`a path of up to ${maxPathBytes} bytes`)
  return absolute
}

/**
 * The one name of the file behind a path: its log and the index of that are beside this name, whichever symbolic links
 * lead to it. So all who open a file by different paths share one writer, and hear of each other.
 */
export function realPath(path: string, links = 0): string {
  try {
    return realpathSync(path)
  } catch {
    // It may still have to be made, perhaps through a link that leads nowhere yet.
    if (links < 40 && lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) {
      return realPath(resolve(dirname(path), readlinkSync(path)), links + 1)
    }
    const folder = dirname(path)
    return folder === path ? path : join(realPath(folder), basename(path))
  }
}

/**
 * Refuses what can't be a database that is written here.
 *
 * @throws StoreError for a folder, and for a file with several names: each name would have a log of its own, and whoever
 * opens it by another name would not see what is in it, and damage the file.
 */
export function requireOneName(path: string): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isFile() && found.nlink > 1) {
    throw new StoreError(
      'open',
      `${path} has a second name (a hard link), and SQLite can't coordinate writers that use different names. ` +
        'Remove the second name, or write to a copy.',
    )
  }
}

import { randomUUID } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { dirname, resolve } from 'node:path'

import { StoreError } from '@skein/memory'

import { wrapError } from './sqlite-errors.ts'

/** Endings of the files that SQLite may put beside a database. */
const companionEndings = ['-wal', '-shm', '-journal'] as const

/**
 * A database that is written under a temporary name in the folder where it
 * belongs, and gets its own name when it is complete. Until then nobody sees
 * it; if it never is complete, it is removed.
 */
export class NewFile implements Disposable {
  /** Its path until it is published. */
  readonly temporary: string
  readonly #operation: string
  readonly #path: string
  readonly #overwrite: boolean

  /**
   * @param path - Its final path; where that is a symbolic link, the target of the link.
   * @param like - The file whose permissions it gets, unless it replaces another one.
   * @throws StoreError when the file exists and must not be overwritten; StoreFullError.
   */
  constructor(operation: string, path: string, like: string, overwrite: boolean) {
    this.#operation = operation
    this.#overwrite = overwrite
    this.#path = existsSync(path) ? realpathSync(path) : resolve(path)
    if (!overwrite && existsSync(path)) throw this.#alreadyExists()
    this.temporary = `${this.#path}.${randomUUID().slice(0, 8)}.partial`
    const { mode } = statSync(existsSync(this.#path) ? this.#path : like)
    try {
      // With its permissions before it has any content, so that nobody else can ever read that.
      closeSync(openSync(this.temporary, 'wx', mode & 0o777))
    } catch (error) {
      throw wrapError(operation, path, error)
    }
  }

  /**
   * Syncs it to the disk and gives it its final name. The companion files of a
   * database that it replaces are removed.
   *
   * @returns its size in bytes.
   */
  publish(): number {
    try {
      const { size } = statSync(this.temporary)
      sync(this.temporary, 'r+')
      if (!this.#overwrite && existsSync(this.#path)) throw this.#alreadyExists()
      // SQLite would take a log that is left there for the new file's.
      for (const ending of companionEndings) rmSync(this.#path + ending, { force: true })
      if (this.#overwrite) renameSync(this.temporary, this.#path)
      else this.#link()
      // A folder can't be opened on Windows.
      if (process.platform !== 'win32') sync(dirname(this.#path), 'r')
      return size
    } catch (error) {
      throw wrapError(this.#operation, this.#path, error)
    }
  }

  /** Unlike renaming, linking fails when another file has got the name meanwhile. */
  #link(): void {
    try {
      linkSync(this.temporary, this.#path)
    } catch {
      if (existsSync(this.#path)) throw this.#alreadyExists()
      // Not every file system has links.
      renameSync(this.temporary, this.#path)
    }
  }

  #alreadyExists(): StoreError {
    return new StoreError(
      this.#operation,
      `${this.#path} already exists and was left unchanged. Name another file, or allow overwriting.`,
    )
  }

  [Symbol.dispose](): void {
    for (const ending of ['', ...companionEndings]) rmSync(this.temporary + ending, { force: true })
  }
}

function sync(path: string, flags: 'r' | 'r+'): void {
  const file = openSync(path, flags)
  try {
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

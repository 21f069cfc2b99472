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

/** What SQLite may put beside a database. */
const beside = ['-wal', '-shm', '-journal']

/**
 * A database that comes into being beside the place where it belongs, and is
 * put there when it is whole. Until then nobody sees it; if it comes to
 * nothing, nothing is left of it.
 */
export class NewFile implements Disposable {
  /** Where it is until it is put in its place. */
  readonly temporary: string
  readonly #operation: string
  readonly #path: string
  readonly #overwrite: boolean

  /**
   * @param path - Its place; where that is a symbolic link, what it points to.
   * @param like - The file whose permissions it gets, unless another one is replaced.
   * @throws StoreError when there is a file already that is not to be overwritten; StoreFullError.
   */
  constructor(operation: string, path: string, like: string, overwrite: boolean) {
    this.#operation = operation
    this.#overwrite = overwrite
    this.#path = existsSync(path) ? realpathSync(path) : resolve(path)
    if (!overwrite && existsSync(path)) throw this.#isThere()
    this.temporary = `${this.#path}.${randomUUID().slice(0, 8)}.partial`
    const { mode } = statSync(existsSync(this.#path) ? this.#path : like)
    try {
      // Made before anything is written to it: what nobody else may read never stands there for all.
      closeSync(openSync(this.temporary, 'wx', mode & 0o777))
    } catch (error) {
      throw wrapError(operation, path, error)
    }
  }

  /**
   * Puts it in its place, on the disk too. What belonged to a database that was there goes with it.
   *
   * @returns its size in bytes.
   */
  place(): number {
    try {
      const { size } = statSync(this.temporary)
      sync(this.temporary, 'r+')
      if (!this.#overwrite && existsSync(this.#path)) throw this.#isThere()
      // A log that is left there would be taken for the new file's.
      for (const tail of beside) rmSync(this.#path + tail, { force: true })
      if (this.#overwrite) renameSync(this.temporary, this.#path)
      else this.#link()
      // A folder can't be opened on Windows.
      if (process.platform !== 'win32') sync(dirname(this.#path), 'r')
      return size
    } catch (error) {
      throw wrapError(this.#operation, this.#path, error)
    }
  }

  /** Fails where a renaming would replace a file that has come meanwhile. */
  #link(): void {
    try {
      linkSync(this.temporary, this.#path)
    } catch {
      if (existsSync(this.#path)) throw this.#isThere()
      // Not every file system has links.
      renameSync(this.temporary, this.#path)
    }
  }

  #isThere(): StoreError {
    return new StoreError(
      this.#operation,
      `${this.#path} is there already and was left as it is. Name another file, or allow it to be overwritten.`,
    )
  }

  [Symbol.dispose](): void {
    for (const tail of ['', ...beside]) rmSync(this.temporary + tail, { force: true })
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

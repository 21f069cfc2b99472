import BetterSqlite from 'better-sqlite3'

/**
 * What this package asks of its SQLite library. Its declarations are named here alone, so nobody who reads ours has to
 * install them.
 */
export interface Database {
  readonly name: string
  readonly open: boolean
  readonly inTransaction: boolean
  prepare(sql: string): Statement
  exec(sql: string): this
  pragma(sql: string, options?: { readonly simple?: boolean }): unknown
  /** Wraps a function in `BEGIN` and `COMMIT`; it rolls back when the function throws. */
  transaction<Result>(work: () => Result): Transaction<Result>
  backup(to: string, options: { readonly progress: (pages: PagesLeft) => number }): Promise<PagesLeft>
  /** Allows `writable_schema`. */
  unsafeMode(): this
  close(): this
}

/** Where a copy of a database stands. */
interface PagesLeft {
  readonly totalPages: number
  readonly remainingPages: number
}

/** A function inside a transaction, which begins by writing nothing, or by taking a lock. */
interface Transaction<Result> {
  (): Result
  immediate(): Result
  exclusive(): Result
}

/** A prepared statement. */
export interface Statement {
  /** Whether it returns rows. */
  readonly reader: boolean
  run(...values: unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint }
  get(...values: unknown[]): unknown
  all(...values: unknown[]): unknown[]
  iterate(...values: unknown[]): IterableIterator<unknown>
  /** Gives the first column in place of rows. */
  pluck(): this
  /** Gives rows as arrays. */
  raw(on: boolean): this
}

/** How a file is opened. */
interface OpenFileOptions {
  readonly readonly?: boolean
  readonly fileMustExist?: boolean
  /** How long SQLite waits for locks, in milliseconds, while the thread stands still. */
  readonly timeout?: number
}

/** Opens a database. @throws what SQLite throws. */
export function openFile(path: string, options: OpenFileOptions): Database {
  return new BetterSqlite(path, options)
}

/** Whether SQLite threw this, and neither our code nor a caller's. */
export function isSqliteError(error: unknown): boolean {
  return error instanceof BetterSqlite.SqliteError
}

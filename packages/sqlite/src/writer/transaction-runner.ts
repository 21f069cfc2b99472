import type { Database, Statement } from '../file/database.ts'
import type { FileGuard } from '../file/file-identity.ts'
import { wrapError } from '../file/sqlite-errors.ts'
import type { CommitDurability } from './commit-durability.ts'
import type { DataVersion } from './data-version.ts'

/** What became of a transaction: either it was committed, or it failed at a stage and was rolled back. */
export type Outcome =
  | { readonly committed: true; readonly results: readonly unknown[] }
  | { readonly committed: false; readonly stage: Stage; readonly error: unknown }

type Stage = 'begin' | 'write' | 'commit'

/** Holds state that belongs to the tables, such as cached rows and the changes of the running transaction. */
export interface TransactionState {
  /** Another connection wrote: nothing that is cached of the tables is valid. */
  invalidate(): void
  /** Must not throw: a committed write has not failed. */
  committed(): void
  rolledBack(): void
}

/** What a {@link TransactionRunner} works with. */
export interface TransactionParts {
  readonly db: Database
  readonly path: string
  readonly file: FileGuard
  readonly durability: CommitDurability
  /** Read again for each transaction, as spaces are added. */
  readonly states: { values(): Iterable<TransactionState> }
  readonly dataVersion: DataVersion
  /**
   * Called after each commit. Must not throw.
   *
   * @param afterOthers - Whether other connections have committed since the one before.
   */
  readonly onCommit: (afterOthers: boolean) => void
}

/**
 * Runs transactions from their beginning to their end, one at a time. It knows
 * nothing of the promises that wait for them.
 */
export class TransactionRunner {
  readonly #parts: TransactionParts
  readonly #begin: Statement
  readonly #commit: Statement
  readonly #rollback: Statement
  #seenVersion: unknown

  constructor(parts: TransactionParts) {
    this.#parts = parts
    // Taking the lock at the start: a transaction that reads first and writes later may fail in the middle.
    this.#begin = parts.db.prepare('BEGIN IMMEDIATE')
    this.#commit = parts.db.prepare('COMMIT')
    this.#rollback = parts.db.prepare('ROLLBACK')
  }

  /**
   * Does some work in one transaction, all of it or nothing.
   *
   * @param isLasting - Whether the commit has to wait for the disk.
   */
  run(jobs: readonly { readonly work: () => unknown }[], isLasting: boolean): Outcome {
    const { durability, path, onCommit } = this.#parts
    let afterOthers: boolean
    let results: readonly unknown[]
    let stage: Stage = 'begin'
    try {
      durability.choose(isLasting)
      this.#begin.run()
      afterOthers = this.#checkOthers()
      stage = 'write'
      results = jobs.map((job) => job.work())
      stage = 'commit'
      this.#commit.run()
    } catch (error) {
      this.#rollBack()
      return { committed: false, stage, error: wrapError(stage, path, error) }
    }
    durability.choose(true)
    // Others first: listeners here may take their time.
    onCommit(afterOthers)
    for (const state of this.#parts.states.values()) state.committed()
    return { committed: true, results }
  }

  /**
   * Checks what others did before this transaction. From here to the commit nobody else can write.
   *
   * @returns whether they have committed.
   * @throws StoreError when the file was removed or replaced.
   */
  #checkOthers(): boolean {
    const { file, dataVersion, states } = this.#parts
    file.check()
    file.assertInPlace()
    const version = dataVersion.read()
    if (version === this.#seenVersion) return false
    this.#seenVersion = version
    for (const state of states.values()) state.invalidate()
    return true
  }

  #rollBack(): void {
    const { db, durability, states } = this.#parts
    try {
      // SQLite has rolled back by itself after some errors.
      if (db.inTransaction) this.#rollback.run()
    } catch {
      // Nothing is committed. The error that led here is the one to report; if this one persists, the next BEGIN fails.
    }
    durability.choose(true)
    for (const state of states.values()) state.rolledBack()
  }
}

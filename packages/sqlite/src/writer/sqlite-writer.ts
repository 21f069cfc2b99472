import { randomUUID } from 'node:crypto'

import { StoreClock } from '@skein/memory/store'
import type { Commit, Mutation } from '@skein/memory/store'

import type { Database } from '../file/database.ts'
import { FileGuard } from '../file/file-identity.ts'
import { wrapError } from '../file/sqlite-errors.ts'
import type { ResolvedSqliteOptions } from '../file/sqlite-options.ts'
import { SpaceTables } from '../records/space-tables.ts'
import { openForWriting } from '../schema/open-database.ts'
import { prepareSpace } from '../schema/spaces.ts'
import { CommitDurability } from './commit-durability.ts'
import { CommitSignal } from './commit-signal.ts'
import { DataVersion } from './data-version.ts'
import { ForeignCommits } from './foreign-commits.ts'
import { LockTurns } from './lock-turns.ts'
import { LogMover } from './log-mover.ts'
import { scrubFile } from './scrub-file.ts'
import { TransactionRunner } from './transaction-runner.ts'
import { WriteQueue } from './write-queue.ts'
import { WriterSpace } from './writer-space.ts'

/** After a power cut nobody holds a lease any longer, so leases need not have reached the disk. A check changes nothing. */
function isLasting(mutation: Mutation): boolean {
  const { type } = mutation
  return !(type === 'touch' || type === 'check' || type === 'check-range' || (type === 'set' && mutation.fleeting))
}

/**
 * The one connection through which a process writes a file. All memories that
 * the process opens there share it.
 *
 * When its file is removed or replaced, it refuses everything from then on, and
 * the next memory that is opened there gets a new connection.
 */
export class SqliteWriter {
  static readonly #open = new Map<string, SqliteWriter>()

  /**
   * The process's writer of a file; give it back with {@link SqliteWriter.release}.
   *
   * @throws OlderFormatError, StoreFormatError, StoreError; StoreBusyError at once when another process has the lock.
   */
  static acquire(options: ResolvedSqliteOptions): SqliteWriter {
    const { path, durability } = options
    const open = SqliteWriter.#open.get(path)
    const writer = open !== undefined && open.#file.check() ? open : new SqliteWriter(options)
    SqliteWriter.#open.set(path, writer)
    writer.#holders += 1
    writer.#durability.raise(durability)
    return writer
  }

  readonly #options: ResolvedSqliteOptions
  /** Of all spaces, as they are all written on this machine. */
  readonly clock: StoreClock = new StoreClock()
  readonly #path: string
  readonly #db: Database
  readonly #file: FileGuard
  readonly #durability: CommitDurability
  readonly #spaces = new Map<string, WriterSpace>()
  readonly #transactions: TransactionRunner
  readonly #queue: WriteQueue
  readonly #foreignCommits: ForeignCommits
  readonly #log: LogMover
  readonly #signal: CommitSignal
  #lastScrub: Promise<unknown> | undefined
  #nextScrub: Promise<void> | undefined
  #holders = 0

  private constructor(options: ResolvedSqliteOptions) {
    const { path, pollMs, durability } = options
    this.#options = options
    this.#path = path
    this.#db = openForWriting(options)
    this.#file = new FileGuard(path)
    this.#durability = new CommitDurability(this.#db, durability)
    const shared = { path, file: this.#file, dataVersion: new DataVersion(this.#db) }
    this.#log = new LogMover(this.#db, path)
    this.#signal = new CommitSignal(path)
    this.#transactions = new TransactionRunner({
      ...shared,
      db: this.#db,
      durability: this.#durability,
      states: this.#spaces,
      onCommit: (afterOthers) => {
        this.#signal.committed(afterOthers)
        this.#log.committed()
        this.#foreignCommits.committed()
      },
    })
    this.#queue = new WriteQueue({
      transactions: this.#transactions,
      turns: new LockTurns(path),
      busyTimeoutMs: options.busyTimeoutMs,
    })
    this.#foreignCommits = new ForeignCommits({
      ...shared,
      pollMs,
      onCommit: () => this.#catchUp(),
      // So that the clock knows the time within a poll when it is set back.
      onPoll: () => void this.clock.now(),
    })
  }

  /**
   * A space, which is made if there is none of this name.
   *
   * @throws StoreBusyError at once when it is to be made and another process has the lock.
   */
  space(name: string): WriterSpace {
    let space = this.#spaces.get(name)
    if (!space) {
      try {
        space = new WriterSpace(
          new SpaceTables(this.#db, prepareSpace(this.#db, name, { incarnation: randomUUID(), now: this.clock.now() })),
          this.clock,
        )
      } catch (error) {
        throw wrapError('open', this.#path, error)
      }
      this.#spaces.set(name, space)
    }
    return space
  }

  /** Applies a batch in the next transaction. */
  write(space: WriterSpace, batch: readonly Mutation[]): Promise<Commit> {
    const lasting = batch.some(isLasting)
    // A lease is renewed as of when that was asked for: it must not end by a lock that nobody could pass.
    const askedAt = !lasting && batch.every(({ type }) => type === 'touch') ? this.clock.now() : undefined
    return this.#queue.add(() => space.apply(batch, askedAt ?? this.clock.now()), lasting, askedAt !== undefined)
  }

  /** Whether another process has the lock, as far as is known. */
  get isLocked(): boolean {
    return this.#queue.isLocked
  }

  /** Does other work in the next transaction. */
  transact<Result>(work: () => Result): Promise<Result> {
    return this.#queue.add(work)
  }

  /**
   * See {@link scrubFile}. Whoever asks while one has yet to begin shares it, since it begins after what they have
   * deleted: many erasures at a time cost two scrubs.
   */
  scrub(): Promise<void> {
    this.#nextScrub ??= this.#scrubAfter(this.#lastScrub)
    return this.#nextScrub
  }

  async #scrubAfter(last: Promise<unknown> | undefined): Promise<void> {
    await last
    // What is queued would fill the log again at once.
    for (let isPure = false; !isPure; isPure = this.#isPure()) {
      await this.#purge()
      await this.#queue.drain()
    }
    // Whoever asked for it gets the error; the scrub after it only waits for its end.
    this.#lastScrub = this.#nextScrub?.catch(() => {})
    this.#nextScrub = undefined
    await this.#queue.patiently(() => scrubFile(this.#db, this.#options))
  }

  /** Removes the last traces in search indexes of what was deleted. The scrub brings that to the disk. */
  async #purge(): Promise<void> {
    for (const space of this.#spaces.values()) {
      let isDone = space.isPure()
      while (!isDone) isDone = await this.#queue.add(() => space.purge(), false)
    }
  }

  #isPure(): boolean {
    return [...this.#spaces.values()].every((space) => space.isPure())
  }

  /** @throws StoreError when the file was found to be removed or replaced. */
  assertUsable(): void {
    this.#file.assertInPlace()
  }

  /**
   * Gives the writer back. The last holder's release writes what is queued and closes the connection, unless somebody
   * else acquires the writer before that is done.
   */
  async release(): Promise<void> {
    this.#holders -= 1
    if (this.#holders > 0) return
    await this.#queue.drain()
    if (this.#holders > 0 || !this.#db.open) return
    if (SqliteWriter.#open.get(this.#path) === this) SqliteWriter.#open.delete(this.#path)
    this.#foreignCommits.stop()
    this.#keepTime()
    this.#signal.flush()
    // SQLite itself takes care not to remove the logs of another file that has this name now.
    this.#db.close()
    await this.#log[Symbol.asyncDispose]()
  }

  /** Keeps the time that passed since the last write, unless another process is just writing. */
  #keepTime(): void {
    const spaces = [...this.#spaces.values()]
    const work = (): void => spaces.forEach((space) => space.keepTime())
    if (spaces.some((space) => space.needsTime())) this.#transactions.run([{ work }], false)
  }

  #catchUp(): void {
    for (const space of this.#spaces.values()) space.catchUp()
  }
}

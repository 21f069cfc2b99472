import type { Change, Commit, Mutation, PastChange, RecordKey, StoreClock, Unwatch } from '@skein/memory/store'

import type { ResolvedSqliteOptions } from '../file/sqlite-options.ts'
import { RecordWriter } from '../records/record-writer.ts'
import { keepTime, keptTime, needsTime } from '../records/space-time.ts'
import type { SpaceTables } from '../records/space-tables.ts'
import { ChangeAnnouncer } from './change-announcer.ts'
import { takenRecords } from '../terms/taken-records.ts'
import type { TransactionState } from './transaction-runner.ts'

/** How long one step may keep others waiting, in milliseconds. */
const purgeMs = 5

/** A space as the writing connection holds it. Its methods that write run inside a transaction. */
export class WriterSpace implements TransactionState {
  readonly tables: SpaceTables
  readonly #clock: StoreClock
  readonly #records: RecordWriter
  readonly #announcer: ChangeAnnouncer
  /** The changes of the running transaction. */
  readonly #uncommitted: Change[] = []

  constructor(tables: SpaceTables, clock: StoreClock) {
    this.tables = tables
    this.#clock = clock
    clock.observe(keptTime(tables.sql))
    this.#records = new RecordWriter(tables)
    this.#announcer = new ChangeAnnouncer(tables)
  }

  /** See {@link RecordWriter.apply}. */
  apply(batch: readonly Mutation[], now: number): Commit {
    const { commit, changes } = this.#records.apply(batch, now)
    this.#uncommitted.push(...changes)
    // What changes nothing in the feed leaves no time there.
    if (commit.ok && changes.length === 0) keepTime(this.tables.sql, now)
    return commit
  }

  changePast(key: RecordKey, changes: readonly PastChange[]): void {
    this.tables.past.change(key, changes)
    // Whether a record has past versions is cached with its row.
    this.#records.forget()
  }

  /** Trims the feed, then deletes up to `limit` expired records; returns how many went. */
  sweep(options: ResolvedSqliteOptions, limit: number, now: number): number {
    this.#records.trim(options, limit, now)
    const swept = this.#records.sweep(limit, now)
    this.keepTime()
    return swept
  }

  /** Whether the search index has no trace of what was deleted. */
  isPure(): boolean {
    return takenRecords(this.tables.sql).size === 0
  }

  /** Removes the last traces in the search index of what was deleted, in part; returns whether none is left. */
  purge(): boolean {
    return this.#records.purge(purgeMs)
  }

  /** Keeps the time with the data where something would come back to life without it. */
  keepTime(): void {
    if (this.needsTime()) keepTime(this.tables.sql, this.#clock.now())
  }

  /** Whether the time should be kept with the data; false if that can't be known. */
  needsTime(): boolean {
    try {
      return needsTime(this.tables.sql, this.#clock.now())
    } catch {
      return false
    }
  }

  /** See {@link ChangeAnnouncer.watch}. */
  watch(listener: (change: Change) => void): Unwatch {
    return this.#announcer.watch(listener)
  }

  /** See {@link ChangeAnnouncer.catchUp}. */
  catchUp(): void {
    this.#clock.observe(keptTime(this.tables.sql))
    this.#announcer.catchUp()
  }

  invalidate(): void {
    this.#clock.observe(keptTime(this.tables.sql))
    this.#records.forget()
  }

  committed(): void {
    const changes = this.#uncommitted.splice(0)
    if (changes.length === 0) return
    try {
      this.#announcer.announce(changes)
    } catch {
      // The write is on the disk all the same. The next one, or a heartbeat of the listeners, catches up.
    }
  }

  rolledBack(): void {
    this.#uncommitted.length = 0
    this.#records.rolledBack()
  }
}

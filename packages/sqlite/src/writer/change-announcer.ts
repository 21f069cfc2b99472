import { Emitter } from '@skein/memory/runtime'
import type { Change, Seq, Unwatch } from '@skein/memory/store'

import type { SpaceTables } from '../records/space-tables.ts'
import { lastSeq } from '../records/space-tables.ts'

const pageSize = 1_000

/** Announces the changes of one space to listeners in this process, in the order of the feed. */
export class ChangeAnnouncer {
  readonly #tables: SpaceTables
  readonly #events = new Emitter<{ change: Change }>()
  #lastAnnounced: Seq

  constructor(tables: SpaceTables) {
    this.#tables = tables
    this.#lastAnnounced = lastSeq(tables.sql)
  }

  /** Calls back on each change from now on, after it was committed. A listener that throws harms nobody else. */
  watch(listener: (change: Change) => void): Unwatch {
    return this.#events.on('change', listener)
  }

  /**
   * Announces changes that were committed here. If others wrote in between, all
   * new changes come from the feed, which has them in order.
   *
   * @throws what reading the feed throws.
   */
  announce(changes: readonly Change[]): void {
    if (changes[0]?.seq === this.#lastAnnounced + 1) this.#emit(changes)
    else this.catchUp()
  }

  /**
   * Announces everything in the feed that was not announced yet.
   *
   * @throws what reading the feed throws.
   */
  catchUp(): void {
    if (this.#events.listenerCount('change') === 0) return
    for (;;) {
      const { changes, trimmed, last } = this.#tables.changes(this.#lastAnnounced, pageSize)
      if (trimmed) this.#lastAnnounced = last
      else this.#emit(changes)
      if (trimmed || changes.length < pageSize) return
    }
  }

  #emit(changes: readonly Change[]): void {
    for (const change of changes) {
      this.#lastAnnounced = change.seq
      this.#events.emit('change', change)
    }
  }
}

import type { Database } from '../file/database.ts'
import type { ResolvedSqliteOptions } from '../file/sqlite-options.ts'

type Durability = ResolvedSqliteOptions['durability']

/**
 * Decides whether a commit waits for the disk. A commit that does not is secured
 * by the next one that does.
 */
export class CommitDurability {
  readonly #db: Database
  #durability: Durability
  #waits = true

  /** @param durability - For which the connection was opened. */
  constructor(db: Database, durability: Durability) {
    this.#db = db
    this.#durability = durability
  }

  /** The strictest memory on a file wins, for as long as the connection is open: it wrote through it. */
  raise(durability: Durability): void {
    if (durability !== 'full' || this.#durability === 'full') return
    this.#db.pragma('synchronous = FULL')
    this.#durability = 'full'
  }

  /** Sets whether the next commit waits for the disk; at the durability `relaxed` none does. */
  choose(waits: boolean): void {
    if (this.#durability !== 'full' || this.#waits === waits) return
    this.#db.pragma(`synchronous = ${waits ? 'FULL' : 'NORMAL'}`)
    this.#waits = waits
  }
}

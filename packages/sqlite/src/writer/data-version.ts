import type { Database, Statement } from '../file/database.ts'

/** Reads a value that changes whenever another connection commits. See https://sqlite.org/pragma.html#pragma_data_version */
export class DataVersion {
  readonly #statement: Statement

  constructor(db: Database) {
    this.#statement = db.prepare('PRAGMA data_version').pluck()
  }

  read(): unknown {
    return this.#statement.get()
  }
}

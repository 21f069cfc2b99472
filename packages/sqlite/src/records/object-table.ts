import type { SpaceSql } from '../file/space-sql.ts'

/** The bytes of a space's objects, by their hash. Synchronous. */
export class ObjectTable {
  readonly #sql: SpaceSql

  constructor(sql: SpaceSql) {
    this.#sql = sql
  }

  put(hash: string, bytes: Uint8Array): void {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#sql('INSERT OR IGNORE INTO @objects (hash, bytes) VALUES (?, ?)').run(hash, buffer)
  }

  /** @param range - Bytes from `start` up to `end`; all of them when left out. */
  get(hash: string, range: { readonly start: number; readonly end: number } | undefined): Uint8Array | undefined {
    const found = range
      ? this.#sql('SELECT substr(bytes, ? + 1, ?) FROM @objects WHERE hash = ?').get(
          range.start,
          range.end - range.start,
          hash,
        )
      : this.#sql('SELECT bytes FROM @objects WHERE hash = ?').get(hash)
    return (found as [Buffer] | undefined)?.[0]
  }

  has(hash: string): boolean {
    return this.#sql('SELECT 1 FROM @objects WHERE hash = ?').get(hash) !== undefined
  }

  names(): string[] {
    return (this.#sql('SELECT hash FROM @objects').all() as [string][]).map(([name]) => name)
  }

  delete(hash: string): void {
    this.#sql('DELETE FROM @objects WHERE hash = ?').run(hash)
  }
}

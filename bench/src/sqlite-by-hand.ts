import { crc32 } from 'node:zlib'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'

/** As many past versions as the store keeps. */
const kept = 20

/** What a batch writes: keys and JSON texts. */
export type Batch = readonly (readonly [key: string, json: string])[]

/** Writes facts without the store. */
export interface FactsByHand {
  write(batch: Batch): void
  read(key: string): string
  close(): void
}

/** What is known of a key, so that nothing has to be read. */
interface Known {
  readonly row: number
  readonly places: number[]
  version: number
}

/**
 * Facts in the tables of the store itself, with their indexes and triggers: a version, an entry in the feed, a checksum,
 * and the past version, in the fewest statements. It knows of each key what the store would have to find out, checks
 * nothing, tells nobody, and leaves the log to SQLite.
 */
export async function factsByHand(path: string, synchronous: 'FULL' | 'NORMAL'): Promise<FactsByHand> {
  await (await openMemory({ store: sqliteStore(path) })).close()
  const db = new Database(path)
  db.pragma(`synchronous = ${synchronous}`)
  db.pragma('secure_delete = ON')
  const insert = db.prepare(
    `INSERT INTO records_1 (collection, id, value, version, seq, author, tags, level, compartments, sources, created_at,
      updated_at, deleted, checksum) VALUES ('facts', ?, ?, 1, ?, 'ann', '[]', 0, '[]', '[]', ?, ?, 0, ?)`,
  )
  const recall = db.prepare(`INSERT INTO histories_1 (collection, id) VALUES ('facts', ?)`)
  const update = db.prepare(
    'UPDATE records_1 SET value = ?, version = ?, seq = ?, updated_at = ?, expires_at = NULL, checksum = ?, past = ? WHERE row = ?',
  )
  const select = db.prepare(`SELECT value FROM records_1 WHERE collection = 'facts' AND id = ?`).pluck()
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')]
  const known = new Map<string, Known>()
  let seq = db.prepare('SELECT max(seq) FROM changes_1').pluck().get() as number
  let place = 0

  const one = (key: string, json: string): void => {
    const [now, checksum, found] = [Date.now(), crc32(json), known.get(key)]
    seq += 1
    if (!found) {
      const row = Number(insert.run(key, json, seq, now, now, checksum).lastInsertRowid)
      recall.run(key)
      known.set(key, { row, places: [], version: 1 })
      return
    }
    found.version += 1
    const past = found.places.length >= kept ? (found.places.shift() as number) : (place += 1)
    found.places.push(past)
    update.run(json, found.version, seq, now, checksum, past, found.row)
  }

  return {
    write: (batch) => {
      begin.run()
      for (const [key, json] of batch) one(key, json)
      commit.run()
    },
    read: (key) => select.get(key) as string,
    close: () => db.close(),
  }
}

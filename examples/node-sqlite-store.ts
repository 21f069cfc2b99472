import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'

import { tableStore } from '@skein/memory/store'
import type { Change, IndexedRow, PastVersion, StoreDriver, StoreTable, TableState } from '@skein/memory/store'

const tables = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  CREATE TABLE IF NOT EXISTS states (space PRIMARY KEY, json);
  CREATE TABLE IF NOT EXISTS rows (space, collection, id, seq, ends, json, PRIMARY KEY (space, collection, id));
  CREATE INDEX IF NOT EXISTS rows_by_seq ON rows (space, collection, seq);
  CREATE INDEX IF NOT EXISTS rows_by_end ON rows (space, ends) WHERE ends IS NOT NULL;
  CREATE TABLE IF NOT EXISTS past (space, collection, id, json, PRIMARY KEY (space, collection, id));
  CREATE TABLE IF NOT EXISTS feed (space, seq, json, PRIMARY KEY (space, seq));
  CREATE TABLE IF NOT EXISTS objects (space, name, bytes, PRIMARY KEY (space, name));
`

/** Keeps a memory in a file, by Node's own SQLite. */
export function nodeSqliteStore(path: string): StoreDriver {
  return {
    open: async (space) => tableStore(openTable(path, space), { durable: 'full', reach: 'host' }),
    spaces: async () => {
      if (!existsSync(path)) return []
      const db = openDatabase(path)
      const rows = db.prepare('SELECT space FROM states ORDER BY space').all()
      db.close()
      return rows.map(({ space }) => String(space))
    },
  }
}

function openDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: 10_000 })
  db.exec(tables)
  return db
}

function openTable(path: string, space: string): StoreTable {
  const db = openDatabase(path)
  const statements: Record<string, StatementSync> = {}
  const run = (sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] =>
    (statements[sql] ??= db.prepare(sql)).all(space, ...values)
  const parsed = <Value>(sql: string, ...values: SQLInputValue[]): Value[] =>
    run(sql, ...values).map(({ json }) => JSON.parse(String(json)) as Value)
  const ofOne = 'WHERE space = ? AND collection = ? AND id = ?'

  return {
    atomically: (work) => {
      db.exec('BEGIN IMMEDIATE')
      try {
        const result = work()
        db.exec('COMMIT')
        return result
      } catch (error) {
        db.exec('ROLLBACK')
        throw error
      }
    },
    readState: () => parsed<TableState>('SELECT json FROM states WHERE space = ?')[0],
    writeState: (state) => void run('REPLACE INTO states VALUES (?, ?)', JSON.stringify(state)),
    rowOf: ({ collection, id }) => parsed<IndexedRow>(`SELECT json FROM rows ${ofOne}`, collection, id)[0],
    rows: (collection, order, after) => {
      const which = order === 'oldest' ? 'seq > ? ORDER BY seq' : 'seq < ? ORDER BY seq DESC'
      return parsed(`SELECT json FROM rows WHERE space = ? AND collection = ? AND ${which}`, collection, after)
    },
    put: (row) => {
      const { collection, id, seq, expiresAt = null } = row.record
      const ends = row.deleted ? 0 : expiresAt
      run('REPLACE INTO rows VALUES (?, ?, ?, ?, ?, ?)', collection, id, seq, ends, JSON.stringify(row))
    },
    all: () => parsed('SELECT json FROM rows WHERE space = ?'),
    ended: (time, limit) => parsed('SELECT json FROM rows WHERE space = ? AND ends <= ? LIMIT ?', time, limit),
    remove: ({ collection, id }) => void run(`DELETE FROM rows ${ofOne}`, collection, id),
    past: {
      of: ({ collection, id }) => parsed<PastVersion[]>(`SELECT json FROM past ${ofOne}`, collection, id)[0] ?? [],
      put: ({ collection, id }, versions) => {
        if (versions.length > 0) run('REPLACE INTO past VALUES (?, ?, ?, ?)', collection, id, JSON.stringify(versions))
        else run(`DELETE FROM past ${ofOne}`, collection, id)
      },
      ids: (collection) =>
        parsed('SELECT json_quote(id) AS json FROM past WHERE space = ? AND collection = ?', collection),
    },
    append: (change) => void run('INSERT INTO feed VALUES (?, ?, ?)', change.seq, JSON.stringify(change)),
    changes: (after, limit) =>
      parsed<Change>('SELECT json FROM feed WHERE space = ? AND seq > ? ORDER BY seq LIMIT ?', after, limit),
    trim: (upTo) => void run('DELETE FROM feed WHERE space = ? AND seq <= ?', upTo),
    objects: {
      put: (name, bytes) => void run('INSERT OR IGNORE INTO objects VALUES (?, ?, ?)', name, bytes),
      get: (name) =>
        run('SELECT bytes FROM objects WHERE space = ? AND name = ?', name)[0]?.['bytes'] as Uint8Array | undefined,
      delete: (name) => void run('DELETE FROM objects WHERE space = ? AND name = ?', name),
      names: () => parsed('SELECT json_quote(name) AS json FROM objects WHERE space = ?'),
    },
    scrub: () => db.exec('VACUUM; PRAGMA wal_checkpoint(TRUNCATE)'),
    close: () => db.close(),
  }
}

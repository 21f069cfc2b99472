import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'

import type { Asking, Contender, Question } from './question.ts'
import { factsByHand } from './sqlite-by-hand.ts'
import type { FactsByHand } from './sqlite-by-hand.ts'
import { byHand, ours } from './sqlite-writes.ts'

/** Where the time of a lone write goes. */
export const writeLayers = (asking: Asking): Promise<Question> => layers(asking, 'write-layers', 1)

/** Where the time of a write with 99 others goes. */
export const writeLayers100 = (asking: Asking): Promise<Question> => layers(asking, 'write-layers-100', 100)

/** What SQLite has to keep beside the value, each with what comes before it. */
const kept = [
  'a row with version, label and checksum',
  'an entry in the feed',
  'an index for lists',
  'the version before',
]

/** The same write with more and more of what the store keeps, by hand, and the store itself; at relaxed durability. */
async function layers({ quick }: Asking, name: string, together: number): Promise<Question> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const path = (kind: string): string => join(folder, `${kind}.db`)
  const tables: FactsByHand[] = []
  const memories: Memory[] = []
  const hand = (title: string, facts: FactsByHand): Contender => {
    tables.push(facts)
    return byHand(title, facts, together)
  }
  const store = async (title: string, versions: number): Promise<Contender> => {
    const opened = sqliteStore({ path: path(`ours-${versions}`), durability: 'relaxed' })
    const memory = await openMemory({ store: opened, history: { versions } })
    memories.push(memory)
    return ours(title, memory.as({ id: 'ann', role: 'bench' }).facts, together)
  }
  return {
    name,
    unit: `one write ${together === 1 ? 'alone' : `of ${together} at once`} on disk, relaxed: 180 bytes under one of 1,000 keys`,
    times: quick ? together * 2 : Math.max(200, together * 20),
    budgetMs: 20_000,
    contenders: [
      hand('by hand: a key and a value', layered(path('0'), 0)),
      ...kept.map((layer, index) => hand(`and ${layer}`, layered(path(`${index + 1}`), index + 1))),
      hand("by hand: the store's own tables", await factsByHand(path('same'), 'NORMAL')),
      await store('ours, without history', 0),
      await store('ours', 20),
    ],
    ratios: [],
    close: async () => {
      for (const memory of memories) await memory.close()
      for (const { close } of tables) close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** Tables with the first so many of {@link kept}. */
function layered(path: string, count: number): FactsByHand {
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = NORMAL')
  db.pragma('secure_delete = ON')
  db.exec(schema(count))
  const select = db.prepare('SELECT value FROM records WHERE id = ?').pluck()
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')]
  const write = count === 0 ? upserts(db) : rows(db, count >= 4)
  return {
    write: (batch) => {
      begin.run()
      for (const [key, json] of batch) write(key, json)
      commit.run()
    },
    read: (key) => select.get(key) as string,
    close: () => db.close(),
  }
}

function upserts(db: Database.Database): (key: string, json: string) => void {
  const upsert = db.prepare('INSERT INTO records VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET value = excluded.value')
  return (key, json) => void upsert.run(key, json)
}

const columns =
  'collection, value, version, seq, author, tags, level, compartments, sources, created_at, updated_at, deleted, checksum'

function schema(count: number): string {
  if (count === 0) return 'CREATE TABLE records (id TEXT PRIMARY KEY, value TEXT NOT NULL)'
  const types = columns.replaceAll(/\w+/g, (name) => `${name} NOT NULL`)
  const record = `CREATE TABLE records (row INTEGER PRIMARY KEY, id TEXT NOT NULL, ${types}, past INTEGER);
    CREATE UNIQUE INDEX by_key ON records (collection, id);`
  const feed = `CREATE TABLE changes (seq INTEGER PRIMARY KEY, collection, id, deleted, version, author, at, level, compartments);
    CREATE TRIGGER feed AFTER UPDATE OF seq ON records BEGIN
      INSERT INTO changes VALUES (new.seq, new.collection, new.id, new.deleted, new.version, new.author, new.updated_at,
        new.level, new.compartments);
    END;`
  const list = 'CREATE INDEX by_seq ON records (collection, seq);'
  const past = `CREATE TABLE past (row INTEGER PRIMARY KEY, prev, until, id, ${columns});
    CREATE TRIGGER keep AFTER UPDATE OF past ON records BEGIN
      INSERT OR REPLACE INTO past
      VALUES (new.past, old.past, new.updated_at, old.id, ${columns.replaceAll(/\w+/g, 'old.$&')});
    END;`
  return [record, feed, list, past].slice(0, count).join('\n')
}

/** Writes rows; past versions take the places of those of 20 writes before. */
function rows(db: Database.Database, keepsPast: boolean): (key: string, json: string) => void {
  const insert = db.prepare(
    `INSERT INTO records (id, ${columns}) VALUES (?, 'facts', ?, 1, ?, 'ann', '[]', 0, '[]', '[]', ?, ?, 0, ?)`,
  )
  const update = db.prepare(
    `UPDATE records SET value = ?, version = ?, seq = ?, updated_at = ?, checksum = ? ${keepsPast ? ', past = ?' : ''}
      WHERE row = ?`,
  )
  const known = new Map<string, { readonly row: number; readonly places: number[]; version: number }>()
  let seq = 0
  let place = 0
  return (key, json) => {
    const [now, checksum, found] = [Date.now(), crc32(json), known.get(key)]
    seq += 1
    if (!found) {
      const row = Number(insert.run(key, json, seq, now, now, checksum).lastInsertRowid)
      known.set(key, { row, places: [], version: 1 })
      return
    }
    found.version += 1
    if (!keepsPast) {
      update.run(json, found.version, seq, now, checksum, found.row)
      return
    }
    const past = found.places.length >= 20 ? (found.places.shift() as number) : (place += 1)
    found.places.push(past)
    update.run(json, found.version, seq, now, checksum, past, found.row)
  }
}

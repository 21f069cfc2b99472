import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

import { openMemory } from '@skein/memory'
import { indexTerms } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'

import type { Question } from './question.ts'

const together = 100

const words = 'acme raised its prices after the merger with birdsong while demand for feathers stayed weak'.split(' ')
const valueOf = (index: number): string =>
  Array.from({ length: 20 }, (_, word) => `${words[(index * 7 + word * 3) % words.length]}${(index + word) % 50}`).join(
    ' ',
  )

/**
 * What logging an observation costs when 100 come at once, against the same
 * rows written by hand with better-sqlite3 in transactions of 100 at the same
 * durability: into the same tables, and into one bare table.
 */
export async function observationWrites(): Promise<Question> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const memory = await openMemory({ store: sqliteStore(join(folder, 'ours.db')) })
  const { observations } = memory.as({ id: 'ann', role: 'bench' })
  const same = await sameTables(join(folder, 'same.db'))
  const found = await sameTables(join(folder, 'found.db'), true)
  const bare = bareTable(join(folder, 'bare.db'))
  let index = 0
  const batches = (times: number, write: (batch: readonly string[]) => unknown): (() => unknown)[] =>
    Array.from({ length: times / together }, () => {
      const batch = Array.from({ length: together }, () => valueOf((index += 1)))
      return () => write(batch)
    })

  return {
    name: 'observation-writes',
    unit: `write of an observation of about 150 characters with ${together - 1} others, on disk`,
    times: 2_000,
    contenders: [
      {
        name: 'observations.log',
        check: async () => {
          const { id } = await observations.log({ task: 't', value: 'a check' })
          if ((await observations.list({ task: 't' })).items[0]?.id !== id) throw new Error('It is not there.')
        },
        run: async (times) => {
          for (const write of batches(times, (batch) => {
            return Promise.all(batch.map((value, at) => observations.log({ task: `t${at}`, value, tags: ['bench'] })))
          }))
            await write()
          return index
        },
      },
      {
        name: 'better-sqlite3, the same tables',
        check: () => same.check(),
        run: (times) => {
          for (const write of batches(times, same.write)) write()
          return index
        },
      },
      {
        name: 'better-sqlite3, the same tables and FTS5',
        check: () => found.check(),
        run: (times) => {
          for (const write of batches(times, found.write)) write()
          return index
        },
      },
      {
        name: 'better-sqlite3, one bare table',
        check: () => bare.check(),
        run: (times) => {
          for (const write of batches(times, bare.write)) write()
          return index
        },
      },
    ],
    ratios: [
      { of: 'observations.log', to: 'better-sqlite3, the same tables', most: 2 },
      { of: 'observations.log', to: 'better-sqlite3, the same tables and FTS5', most: 1.05 },
      {
        of: 'observations.log',
        to: 'better-sqlite3, one bare table',
        most: 2,
        limit:
          'One bare table supports no search, no lists and no feed. The same tables written by hand, with their indexes, feed and search terms, take most of the time that ours takes.',
      },
    ],
    close: async () => {
      await memory.close()
      same.close()
      found.close()
      bare.close()
      rmSync(folder, { recursive: true })
    },
  }
}

interface Raw {
  check(): void
  write(batch: readonly string[]): void
  close(): void
}

/**
 * The tables, indexes and trigger of the store itself, filled without it. No search would find what is in no block of terms;
 * with FTS5, its index finds it, with stems as in ours.
 */
async function sameTables(path: string, withFts = false): Promise<Raw> {
  await (await openMemory({ store: sqliteStore(path) })).close()
  const db = durable(path)
  if (withFts) db.exec("CREATE VIRTUAL TABLE texts USING fts5(text, content='', tokenize='porter unicode61')")
  const index = withFts ? db.prepare('INSERT INTO texts (rowid, text) VALUES (?, ?)') : undefined
  const insert = db.prepare(
    `INSERT INTO records_1 (collection, id, value, version, seq, author, task, tags, importance, level, compartments, sources,
      created_at, updated_at, expires_at, deleted, checksum, terms, listed) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,1)`,
  )
  let seq = (db.prepare('SELECT max(seq) FROM changes_1').pluck().get() as number | null) ?? 0
  const put = (text: string, at: number): void => {
    const row = one(insert, (seq += 1), text, at)
    index?.run(row, text)
  }
  return {
    check: () => {
      const text = 'the price of feathers'
      transact(db, () => put(text, 0))
      if (withFts && !db.prepare("SELECT 1 FROM texts WHERE texts MATCH 'feather'").get())
        throw new Error('FTS5 finds nothing.')
      const found = db.prepare("SELECT count(*) FROM records_1 WHERE terms LIKE '% feather %'").pluck().get()
      const changes = db.prepare('SELECT count(*) FROM changes_1').pluck().get()
      if (found !== 1 || Number(changes) < 1) throw new Error('The same tables are not filled.')
    },
    write: (batch) => transact(db, () => batch.forEach((text, at) => put(text, at))),
    close: () => db.close(),
  }
}

/** @returns the row. */
function one(insert: Database.Statement, seq: number, text: string, at: number): number | bigint {
  const now = Date.now()
  const value = JSON.stringify(text)
  const terms = ` ${indexTerms(text).join(' ')} `
  const fields = [
    'observations',
    randomUUID(),
    value,
    1,
    seq,
    'ann',
    `t${at}`,
    '["bench"]',
    null,
    0,
    '[]',
    '[]',
    now,
    now,
    null,
    0,
  ]
  return insert.run(...fields, crc32(JSON.stringify(fields)), terms).lastInsertRowid
}

/** As little as an insert can be. */
function bareTable(path: string): Raw {
  const db = durable(path)
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE observations (id TEXT PRIMARY KEY, task TEXT, value TEXT NOT NULL)')
  const insert = db.prepare('INSERT INTO observations VALUES (?, ?, ?)')
  return {
    check: () => {
      transact(db, () => insert.run('check', 't', 'a check'))
      if (db.prepare('SELECT count(*) FROM observations').pluck().get() !== 1) throw new Error('It is not there.')
    },
    write: (batch) =>
      transact(db, () => batch.forEach((text, at) => insert.run(randomUUID(), `t${at}`, JSON.stringify(text)))),
    close: () => db.close(),
  }
}

function durable(path: string): Database.Database {
  const db = new Database(path)
  db.pragma('synchronous = FULL')
  db.pragma('secure_delete = ON')
  return db
}

function transact(db: Database.Database, work: () => void): void {
  db.exec('BEGIN IMMEDIATE')
  work()
  db.exec('COMMIT')
}

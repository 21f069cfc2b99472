import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'

import type { Asking, Question } from './question.ts'

const count = 1_000
const keyOf = (index: number): string => `prospect/${index}`
const valueOf = (index: number): object => ({ name: `Company ${index}`, notes: 'x'.repeat(1_000) })
const key = (time: number): string => keyOf((time * 7_919) % count)

/** What a read costs that goes to the file, against a bare statement and the parsing of its text. */
export async function sqliteRead({ quick }: Asking): Promise<Question> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'))
  const memory = await openMemory({ store: sqliteStore(join(folder, 'ours.db')), architecture: 'centralized' })
  const { facts } = memory.as({ id: 'ann', role: 'bench' })
  const db = new Database(join(folder, 'bare.db'))
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE facts (key TEXT PRIMARY KEY, value TEXT NOT NULL)')
  const same = byHand(db)
  const insert = db.prepare('INSERT INTO facts VALUES (?, ?)')
  const select = db.prepare('SELECT value FROM facts WHERE key = ?').pluck()
  await Promise.all(Array.from({ length: count }, (_, index) => facts.set(keyOf(index), valueOf(index))))
  db.transaction(() => {
    for (let index = 0; index < count; index += 1) {
      insert.run(keyOf(index), JSON.stringify(valueOf(index)))
      same.insert(keyOf(index), JSON.stringify(valueOf(index)))
    }
  })()
  const bare = (at: string): { name: string } => JSON.parse(select.get(at) as string) as { name: string }
  const expect = (value: { readonly name: string } | undefined): void => {
    if (value?.name !== 'Company 7') throw new Error(`A wrong answer: ${JSON.stringify(value)}`)
  }
  return {
    name: 'sqlite-read',
    unit: 'read of 1 KB on a cache miss',
    times: quick ? 100 : 5_000,
    contenders: [
      {
        name: 'ours: await get',
        check: async () => expect(await facts.get<{ name: string }>(keyOf(7))),
        run: async (times) => {
          let found = 0
          for (let time = 0; time < times; time += 1)
            found += (await facts.get<{ name: string }>(key(time)))?.name.length ?? 0
          return found
        },
      },
      {
        name: 'better-sqlite3: select and parse',
        check: () => expect(bare(keyOf(7))),
        run: (times) => {
          let found = 0
          for (let time = 0; time < times; time += 1) found += bare(key(time)).name.length
          return found
        },
      },
      {
        name: 'the same row by hand',
        check: async () => expect(await same.read(keyOf(7))),
        run: async (times) => {
          let found = 0
          for (let time = 0; time < times; time += 1) found += (await same.read(key(time))).name.length
          return found
        },
      },
    ],
    ratios: [
      {
        of: 'ours: await get',
        to: 'better-sqlite3: select and parse',
        most: 1.5,
        limit: 'The row has a label, times and a checksum, and the read is noted for the audit: see the same by hand.',
      },
      { of: 'ours: await get', to: 'the same row by hand', most: 1.15 },
    ],
    close: async () => {
      await memory.close()
      db.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** A row with all that a record has, checked by its checksum; the read is counted, as for an audit, and the value frozen. */
function byHand(db: Database.Database): {
  insert(id: string, value: string): void
  read(id: string): Promise<{ readonly name: string }>
} {
  const columns =
    'collection, id, value, version, seq, author, task, tags, importance, level, compartments, sources, created_at, updated_at, expires_at, deleted, checksum'
  db.exec(`CREATE TABLE records (${columns}, PRIMARY KEY (collection, id))`)
  const insert = db.prepare(`INSERT INTO records VALUES (${columns.replaceAll(/\w+/g, '?')})`)
  const select = db.prepare(`SELECT ${columns} FROM records WHERE collection = ? AND id = ?`).raw()
  const checksum = (row: readonly unknown[]): number => crc32(row.slice(0, 16).join('\0'))
  const noted = new Map<string, number>()
  return {
    insert: (id, value) => {
      const now = Date.now()
      const row = ['facts', id, value, 1, 1, 'ann', null, '[]', null, 0, '[]', '[]', now, now, null, 0]
      insert.run(...row, checksum(row))
    },
    read: async (id) => {
      const row = select.get('facts', id) as readonly unknown[]
      if (checksum(row) !== row[16]) throw new Error('The row is damaged.')
      noted.set(id, (noted.get(id) ?? 0) + 1)
      return Object.freeze(JSON.parse(row[2] as string) as { name: string })
    },
  }
}

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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
  const insert = db.prepare('INSERT INTO facts VALUES (?, ?)')
  const select = db.prepare('SELECT value FROM facts WHERE key = ?').pluck()
  await Promise.all(Array.from({ length: count }, (_, index) => facts.set(keyOf(index), valueOf(index))))
  db.transaction(() => {
    for (let index = 0; index < count; index += 1) insert.run(keyOf(index), JSON.stringify(valueOf(index)))
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
    ],
    ratios: [],
    close: async () => {
      await memory.close()
      db.close()
      rmSync(folder, { recursive: true })
    },
  }
}

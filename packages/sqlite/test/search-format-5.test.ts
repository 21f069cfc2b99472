import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

import { queryWords } from '@skein/memory/store'
import type { StoreRole } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'

import { currentFormat } from '../src/schema/database-format.ts'
import { temporaryPath } from './temporary.ts'

// What the code of format 5 wrote, whose index had no repeats, no language but English and no scripts without spaces.
const oldFile = join(import.meta.dirname, 'fixtures/format-5.db')

const audiences = [
  { level: 'public', compartments: [] },
  { level: 'internal', compartments: [] },
  { level: 'confidential', compartments: ['x'] },
] as const
/** How many observations each audience finds. */
const expected = [
  ['goose', [2, 2, 3]],
  ['haus', [1, 1, 1]],
  ['天気', [1, 1, 1]],
  ['http', [0, 1, 1]],
] as const

async function foundBy(path: string, role: StoreRole): Promise<unknown> {
  await using store = await sqliteStore(path).open('default', role)
  const counts = async (text: string): Promise<number[]> => {
    const query = { collection: 'observations', words: queryWords(text), limit: 10 } as const
    return Promise.all(audiences.map(async (audience) => (await store.search({ ...query, audience })).records.length))
  }
  return Promise.all(expected.map(async ([text]) => [text, await counts(text)]))
}

const formatOf = (path: string): unknown => {
  const db = new Database(path)
  try {
    return db.pragma('user_version', { simple: true })
  } finally {
    db.close()
  }
}

it('a file of format 5 is searched by its values while it is read, and has an index once it is written', async () => {
  const path = temporaryPath()
  copyFileSync(oldFile, path)
  expect([await foundBy(path, 'reader'), formatOf(path)]).toEqual([expected, 5])
  expect([await foundBy(path, 'writer'), formatOf(path)]).toEqual([expected, currentFormat])
  expect(await foundBy(path, 'reader')).toEqual(expected)
})

it('an index that another version of the analysis made is not used, and made anew by the next writer', async () => {
  const path = temporaryPath()
  copyFileSync(oldFile, path)
  await foundBy(path, 'writer')
  const alter = (sql: string): unknown[] => {
    const db = new Database(path)
    const statements = sql.split(';').map((each) => db.prepare(each))
    const rows = statements.map((statement) => (statement.reader ? statement.all() : statement.run().changes))
    db.close()
    return rows
  }
  alter(
    `UPDATE floors_1 SET version = 1 WHERE collection = '@analyzer'; UPDATE records_1 SET terms = ' other ' WHERE terms IS NOT NULL`,
  )
  expect(await foundBy(path, 'reader')).toEqual(expected)
  expect(await foundBy(path, 'writer')).toEqual(expected)
  expect(alter(`SELECT 1 FROM records_1 WHERE terms = ' other '`)).toEqual([[]])
})

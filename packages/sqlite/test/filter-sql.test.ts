import { collections, collectionsWith } from '@skein/memory/store'
import type { Collection, RecordQuery } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'

import { SpaceTables } from '../src/records/space-tables.ts'
import { temporaryPath } from './temporary.ts'

const everyCollection = Object.keys(collections) as Collection[]
const page = { order: 'newest', limit: 10 } as const

/** A database with one record of each collection by each of two authors. */
async function filled(): Promise<string> {
  const path = temporaryPath()
  await using store = await sqliteStore(path).open('default', 'writer')
  for (const author of ['ann', 'bob']) {
    const meta = { author, tags: [], derivedFrom: [], sensitivity: 'public', compartments: [], task: 't' } as const
    for (const collection of everyCollection) {
      await store.write([{ type: 'set', key: { collection, id: author }, value: '1', meta, terms: ['word'] }])
    }
  }
  return path
}

/** How SQLite finds the rows of a query: the index that it uses. */
function indexOf(path: string, query: RecordQuery): unknown {
  const statements: string[] = []
  const db = new Database(path, { verbose: (sql) => statements.push(String(sql)) })
  onTestFinished(() => void db.close())
  new SpaceTables(db, 1).query(query, Date.now())
  const steps = db.prepare(`EXPLAIN QUERY PLAN ${statements.at(-1)}`).all() as { readonly detail: string }[]
  // Neither a sort nor a second table.
  expect(steps).toHaveLength(1)
  return / USING INDEX (\w+)/.exec(steps[0]?.detail ?? '')?.[1]
}

it('lists of every journal by author use the index that holds only journals', async () => {
  const path = await filled()
  const db = new Database(path, { readonly: true })
  onTestFinished(() => void db.close())
  const inIndex = db.prepare(
    'SELECT DISTINCT collection FROM records_1 INDEXED BY by_author_1 WHERE deleted = 0 AND listed = 1',
  )
  const journals = collectionsWith('journal')
  expect(new Set(inIndex.pluck().all())).toEqual(new Set(journals))
  for (const collection of journals) {
    expect(indexOf(path, { ...page, collection, author: 'ann' })).toBe('by_author_1')
    expect(indexOf(path, { ...page, collection, author: 'ann', order: 'oldest', after: 1 })).toBe('by_author_1')
    expect(indexOf(path, { ...page, collection })).toBe('by_seq_1')
    expect(indexOf(path, { ...page, collection, task: 't' })).toBe('by_task_1')
  }
  expect(indexOf(path, { ...page, collection: 'facts', author: 'ann' })).toBe('by_seq_1')
})

it('what was deleted is in no index by which lists and searches go, so that they need not step over it', async () => {
  const path = temporaryPath()
  await using store = await sqliteStore(path).open('default', 'writer')
  const keys = Array.from({ length: 300 }, (_, n) => ({ collection: 'observations', id: `o${n}` }) as const)
  const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [], task: 't' } as const
  const set = { type: 'set', value: '1', meta, terms: ['word'] } as const
  await store.write(keys.map((key) => ({ ...set, key, ttlMs: 3_600_000 })))
  const [kept, ...gone] = keys
  await store.write(gone.map((key) => ({ type: 'delete', key, author: 'ann' })))
  const statements: string[] = []
  const db = new Database(path, { readonly: true, verbose: (sql) => statements.push(String(sql)) })
  onTestFinished(() => void db.close())
  const entries = db.prepare('SELECT sum(ncell) FROM dbstat WHERE name = ?').pluck()
  // Deleted, but not swept yet.
  expect(entries.get('by_key_1')).toBe(keys.length)
  for (const index of ['by_seq_1', 'by_task_1', 'by_author_1', 'by_ending_1']) expect(entries.get(index)).toBe(1)
  const search = { collection: 'observations', words: [{ terms: ['word'] }], limit: 10 } as const
  expect(new SpaceTables(db, 1).search(search, Date.now()).records.map(({ id }) => id)).toEqual([kept?.id])
  const expired = statements.find((sql) => sql.includes('expires_at <='))
  const steps = db.prepare(`EXPLAIN QUERY PLAN ${expired}`).all() as { readonly detail: string }[]
  expect(steps.map(({ detail }) => detail)).toEqual([
    expect.stringContaining('by_ending_1 (collection=? AND expires_at<?)'),
  ])
})

it('lists and searches by author find the records of every collection', async () => {
  await using store = await sqliteStore(await filled()).open('default', 'reader')
  for (const collection of everyCollection) {
    const { records } = await store.query({ ...page, collection, author: 'bob' })
    expect(records.map(({ id }) => id)).toEqual(['bob'])
    const found = await store.search({ collection, author: 'ann', words: [{ terms: ['word'] }], limit: 10 })
    expect(found.records.map(({ id }) => id)).toEqual(['ann'])
  }
})

it('no name of a collection stands in the schema', async () => {
  const db = new Database(await filled(), { readonly: true })
  onTestFinished(() => void db.close())
  const schema = (db.prepare('SELECT sql FROM sqlite_schema').pluck().all() as (string | null)[]).join('\n')
  const texts = new Set([...schema.matchAll(/'([^']*)'/g)].map(([, text]) => text))
  expect(everyCollection.filter((name) => texts.has(name))).toEqual([])
})

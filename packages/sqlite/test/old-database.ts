import { copyFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import type { ChangePage, RecordFilter, Store, StoredRecord } from '@skein/memory/store'
import { collections, collectionsWith } from '@skein/memory/store'
import type { Collection } from '@skein/memory/store'
import Database from 'better-sqlite3'

import { temporaryPath } from './temporary.ts'

/** A database of format 3: see `fixtures/format-3.md`. */
export const oldFile: string = join(import.meta.dirname, 'fixtures/format-3.db')

/** The keys that open what is sealed in it. */
export const encryption = { keys: { k1: Buffer.alloc(32, 7) }, current: 'k1' } as const

/** What a store answers about one space. */
export interface Answers extends ChangePage {
  readonly records: readonly StoredRecord[]
  readonly lists: readonly { readonly filter: RecordFilter; readonly ids: readonly string[] }[]
  /** The ids are in the order of the alphabet: each format has its ranking. */
  readonly searches: readonly {
    readonly query: RecordFilter & { readonly terms: readonly string[] }
    readonly ids: readonly string[]
  }[]
}

/** What the code of format 3 answered about each space. */
export const oldAnswers: Readonly<Record<string, Answers>> = withoutRanking(
  JSON.parse(readFileSync(join(import.meta.dirname, 'fixtures/format-3.json'), 'utf8')) as Record<string, Answers>,
)

const lastsUntil = Date.UTC(2100, 0)
const everything = 1_000_000

/** Copies the database to a new folder, which is removed when the test ends. */
export function oldDatabase(): string {
  const path = temporaryPath()
  copyFileSync(oldFile, path)
  return path
}

function withoutRanking(answers: Readonly<Record<string, Answers>>): Record<string, Answers> {
  return Object.fromEntries(
    Object.entries(answers).map(([space, { searches, ...others }]) => {
      return [space, { ...others, searches: searches.map(({ query, ids }) => ({ query, ids: ids.toSorted() })) }]
    }),
  )
}

/** Asks a store what the code of format 3 was asked. */
export async function answersOf(store: Store, { lists, searches }: Answers): Promise<Answers> {
  const list = async (filter: RecordFilter): Promise<readonly StoredRecord[]> =>
    (await store.query({ ...filter, order: 'oldest', limit: everything })).records
  const records = await Promise.all(
    (Object.keys(collections) as Collection[]).map((collection) => list({ collection })),
  )
  // Format 3 did not tell which life of the feed a page is of.
  const { incarnation: _, ...changes } = await store.changes(0, everything)
  return {
    records: records.flat().filter(({ expiresAt = Infinity }) => expiresAt > lastsUntil),
    lists: await Promise.all(
      lists.map(async ({ filter }) => ({ filter, ids: (await list(filter)).map(({ id }) => id) })),
    ),
    searches: await Promise.all(
      searches.map(async ({ query }) => {
        const { terms, ...filter } = query
        const words = terms.map((term) => ({ terms: [term] }))
        const { records: found } = await store.search({ ...filter, words, limit: everything })
        return { query, ids: found.map(({ id }) => id).toSorted() }
      }),
    ),
    ...changes,
  }
}

/** A database as its tables show it. */
export interface Tables {
  readonly format: number
  readonly integrity: unknown
  /** The rows of each table, without the columns that later formats added, and what closing and restoring raise. */
  readonly rows: Readonly<Record<string, readonly unknown[]>>
}

/** The tables and columns of the search index, which format 6 made anew. */
const ofIndex = /^(?:texts|groups|blocks|postings|merging|dropping|taken|purge)_/

/** Reads all tables of a database but those of the search index. */
export function tablesOf(path: string): Tables {
  const db = new Database(path)
  try {
    const sql = `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY name`
    const names = (db.prepare(sql).pluck().all() as string[]).filter(
      (name) => !ofIndex.test(name) && !/^(?:past|histories)_/.test(name),
    )
    const rows = names.map((name) => {
      const all = db.prepare(`SELECT * FROM ${name} ORDER BY 1, 2`).all() as Record<string, unknown>[]
      for (const row of all) for (const added of ['listed', 'sealed', 'terms', 'past']) delete row[added]
      const raised = name.startsWith('floors') ? ['@time', '@analyzer', '@indexed', ...collectionsWith('leased')] : []
      return [name, all.filter((row) => !raised.includes(row['collection'] as string))] as const
    })
    return {
      format: db.pragma('user_version', { simple: true }) as number,
      integrity: db.pragma('integrity_check', { simple: true }),
      rows: Object.fromEntries(rows),
    }
  } finally {
    db.close()
  }
}

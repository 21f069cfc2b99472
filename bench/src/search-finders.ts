import { create, insert, search as searchOrama } from '@orama/orama'
import { stemmer } from '@orama/stemmers/english'
import { mapStore, openMemory } from '@skein/memory'
import { searchTerms } from '@skein/memory/store'
import Database from 'better-sqlite3'
import MiniSearch from 'minisearch'

/** Finds the numbers of the best texts, best first. */
export type Find = (query: string) => Promise<readonly number[]> | readonly number[]

type Finder = readonly [name: string, find: Find]

const most = 10

/** Everybody who finds texts, ours first, with the same texts indexed. */
export async function findersOf(texts: readonly string[]): Promise<readonly Finder[]> {
  const others = [miniSearch(texts), tunedMiniSearch(texts), fullText(texts, 'porter'), fullText(texts, 'trigram')]
  return [await ours(texts), ...others, await orama(texts)]
}

async function ours(texts: readonly string[]): Promise<Finder> {
  const memory = await openMemory({ store: mapStore() })
  const { observations } = memory.as({ id: 'ann', role: 'bench' })
  const numbers = new Map<string, number>()
  for (const [number, value] of texts.entries()) numbers.set((await observations.log({ value })).id, number)
  return [
    'ours',
    async (query) => {
      const hits = await observations.search(query, { limit: most })
      return hits.map(({ item }) => numbers.get(item.id) ?? -1)
    },
  ]
}

function numbered(texts: readonly string[]): { id: number; text: string }[] {
  return texts.map((text, id) => ({ id, text }))
}

function miniSearch(texts: readonly string[]): Finder {
  const index = new MiniSearch({ fields: ['text'] })
  index.addAll(numbered(texts))
  return ['MiniSearch, defaults', (query) => index.search(query).map(({ id }) => id as number)]
}

function tunedMiniSearch(texts: readonly string[]): Finder {
  const index = new MiniSearch({
    fields: ['text'],
    processTerm: (term) => searchTerms(term).map((word) => stemmer(word)),
    searchOptions: { prefix: (term) => term.length > 3, fuzzy: (term) => (term.length > 4 ? 0.2 : false) },
  })
  index.addAll(numbered(texts))
  return [
    'MiniSearch, stems, stop words, prefixes and typos',
    (query) => index.search(query).map(({ id }) => id as number),
  ]
}

function fullText(texts: readonly string[], tokenizer: string): Finder {
  const db = new Database(':memory:')
  db.exec(`CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = '${tokenizer}')`)
  const add = db.prepare('INSERT INTO texts (rowid, text) VALUES (?, ?)')
  for (const { id, text } of numbered(texts)) add.run(id + 1, text)
  const find = db.prepare('SELECT rowid - 1 FROM texts WHERE texts MATCH ? ORDER BY bm25(texts) LIMIT ?').pluck()
  return [
    `FTS5, ${tokenizer}`,
    (query) => {
      const words = searchTerms(query).filter((word) => tokenizer !== 'trigram' || word.length > 2)
      return words.length === 0 ? [] : (find.all(words.map((word) => `"${word}"`).join(' OR '), most) as number[])
    },
  ]
}

async function orama(texts: readonly string[]): Promise<Finder> {
  const db = create({ schema: { text: 'string' } as const })
  for (const { id, text } of numbered(texts)) await insert(db, { id: String(id), text })
  return [
    'Orama',
    async (query) => (await searchOrama(db, { term: query, limit: most })).hits.map(({ id }) => Number(id)),
  ]
}

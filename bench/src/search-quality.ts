import { create, insert, search as searchOrama } from '@orama/orama'
import { mapStore, openMemory } from '@skein/memory'
import { searchTerms } from '@skein/memory/store'
import { stemmer } from '@orama/stemmers/english'
import Database from 'better-sqlite3'
import MiniSearch from 'minisearch'

import { qualitySet } from './quality-set.ts'
import type { Contender, Question } from './question.ts'

/** Finds the numbers of the best texts, best first. */
type Find = (query: string) => Promise<readonly number[]> | readonly number[]

const texts = qualitySet.map(({ text }) => text)
const most = 10

/**
 * How many queries, in many languages and forms, miss their text: those that don't have it among
 * the first two hits. Everybody indexes the same texts.
 */
export async function searchQuality(): Promise<Question> {
  const others = [miniSearch(), tunedMiniSearch(), fullText('porter'), fullText('trigram')]
  const peers = [await ours(), ...others, await orama()]
  return {
    name: 'search-quality',
    unit: `queries of ${qualitySet.reduce((sum, { queries }) => sum + queries.length, 0)} in 20 languages and forms whose text is not among the first two hits`,
    kind: 'count',
    times: 1,
    rounds: 1,
    warmUps: 0,
    contenders: peers.map(([name, find]) => contender(name, find)),
    ratios: peers.slice(1).map(([to]) => ({ of: 'ours', to, most: 1 })),
  }
}

function contender(name: string, find: Find): Contender {
  return {
    name,
    tellsFigure: true,
    check: async () => {
      if ((await find('environment'))[0] !== texts.findIndex((text) => text.includes('environment'))) {
        throw new Error('A word that only one text has does not find it.')
      }
    },
    run: async () => {
      let missed = 0
      for (const [number, { queries }] of qualitySet.entries()) {
        for (const query of queries) if (!(await find(query)).slice(0, 2).includes(number)) missed += 1
      }
      return missed
    },
  }
}

async function ours(): Promise<[string, Find]> {
  const memory = await openMemory({ store: mapStore() })
  const { observations } = memory.as({ id: 'ann', role: 'bench' })
  for (const value of texts) await observations.log({ value })
  return [
    'ours',
    async (query) => {
      const hits = await observations.search(query, { limit: most })
      return hits.map(({ item }) => texts.indexOf(item.value as string))
    },
  ]
}

const numbered = texts.map((text, id) => ({ id, text }))

function miniSearch(): [string, Find] {
  const index = new MiniSearch({ fields: ['text'] })
  index.addAll(numbered)
  return ['MiniSearch, defaults', (query) => index.search(query).map(({ id }) => id as number)]
}

function tunedMiniSearch(): [string, Find] {
  const index = new MiniSearch({
    fields: ['text'],
    processTerm: (term) => searchTerms(term).map((word) => stemmer(word)),
    searchOptions: { prefix: (term) => term.length > 3, fuzzy: (term) => (term.length > 4 ? 0.2 : false) },
  })
  index.addAll(numbered)
  return [
    'MiniSearch, stems, stop words, prefixes and typos',
    (query) => index.search(query).map(({ id }) => id as number),
  ]
}

function fullText(tokenizer: string): [string, Find] {
  const db = new Database(':memory:')
  db.exec(`CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = '${tokenizer}')`)
  const add = db.prepare('INSERT INTO texts (rowid, text) VALUES (?, ?)')
  for (const { id, text } of numbered) add.run(id + 1, text)
  const find = db.prepare('SELECT rowid - 1 FROM texts WHERE texts MATCH ? ORDER BY bm25(texts) LIMIT ?').pluck()
  return [
    `FTS5, ${tokenizer}`,
    (query) => {
      const words = searchTerms(query).filter((word) => tokenizer !== 'trigram' || word.length > 2)
      return words.length === 0 ? [] : (find.all(words.map((word) => `"${word}"`).join(' OR '), most) as number[])
    },
  ]
}

async function orama(): Promise<[string, Find]> {
  const db = create({ schema: { text: 'string' } as const })
  for (const { id, text } of numbered) await insert(db, { id: String(id), text })
  return [
    'Orama',
    async (query) => (await searchOrama(db, { term: query, limit: most })).hits.map(({ id }) => Number(id)),
  ]
}

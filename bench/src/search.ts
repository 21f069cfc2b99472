import { existsSync } from 'node:fs'
import { join } from 'node:path'

import type { Memory } from '@skein/memory'
import Database from 'better-sqlite3'

import { filled } from './growth.ts'
import type { Asking, Contender, Question } from './question.ts'

const together = 100
const text = 'w3 w14 w159 w2653 w589 w79 w323 w8 w462 w64'

const rare = 'w4801 w4807 w4813'
const frequent = 'w3 w14 w159'

/**
 * What it costs to make an observation findable, and to find it, in spaces of 10,000 to a million;
 * beside FTS5 with its own bm25 on the same texts.
 */
export async function search({ quick, folder }: Asking): Promise<Question> {
  const counts = quick ? [2_000, 5_000] : [10_000, 100_000, 1_000_000]
  const spaces: Awaited<ReturnType<typeof filled>>[] = []
  for (const count of counts) spaces.push(await filled(folder, count))
  const texts = counts.map((count) => fullTexts(folder, count))
  return {
    name: 'search',
    unit: `log of a 10-word observation with ${together - 1} others, and the best 10 of all for 3 rare or frequent words`,
    times: 1,
    rounds: 15,
    contenders: spaces.flatMap(({ memory, count }, at) => {
      const among = count.toLocaleString('en')
      const db = texts[at] as Database.Database
      return [
        querying(`find rare words among ${among}`, memory, rare, quick ? 2 : 10),
        bm25(`FTS5: rare words among ${among}`, db, rare, quick ? 2 : 10),
        querying(`find frequent words among ${among}`, memory, frequent, quick ? 1 : 2),
        bm25(`FTS5: frequent words among ${among}`, db, frequent, quick ? 1 : 2),
        indexing(`index among ${among}`, memory, quick ? 1 : 5),
      ]
    }),
    ratios: spaces.flatMap(({ count }) => {
      const among = count.toLocaleString('en')
      return ['rare', 'frequent'].map((which) => ({
        of: `find ${which} words among ${among}`,
        to: `FTS5: ${which} words among ${among}`,
        most: 1,
        ...(which === 'rare' && {
          limit:
            'FTS5 answers with numbers of rows. Ours reads the records, checks them and cuts snippets, which takes most of its time here.',
        }),
      }))
    }),
    close: async () => {
      for (const { memory } of spaces) await memory.close()
      for (const db of texts) db.close()
    },
  }
}

function indexing(name: string, memory: Memory, batches: number): Contender {
  const { observations } = memory.as({ id: 'ann', role: 'bench' })
  let index = 0
  const batch = (): Promise<unknown> =>
    Promise.all(
      Array.from({ length: together }, () => observations.log({ task: 'fresh', value: `${text} n${(index += 1)}` })),
    )
  return {
    name,
    tellsFigure: true,
    check: async () => {
      await batch()
      const found = await observations.search(`n${index}`, { task: 'fresh', limit: 3 })
      if (found[0]?.item.value !== `${text} n${index}`) throw new Error('What was logged is not found.')
    },
    run: async () => {
      const startedAt = process.hrtime.bigint()
      for (let time = 0; time < batches; time += 1) await batch()
      return Number(process.hrtime.bigint() - startedAt) / (batches * together)
    },
  }
}

function querying(name: string, memory: Memory, words: string, times: number): Contender {
  const { observations } = memory.as({ id: 'bob', role: 'bench' })
  const one = async (): Promise<number> => (await observations.search(words, { limit: 10 })).length
  return {
    name,
    tellsFigure: true,
    check: async () => {
      if ((await one()) < 1) throw new Error('Nothing is found.')
    },
    run: async () => {
      const startedAt = process.hrtime.bigint()
      for (let time = 0; time < times; time += 1) await one()
      return Number(process.hrtime.bigint() - startedAt) / times
    },
  }
}

function bm25(name: string, db: Database.Database, words: string, times: number): Contender {
  const find = db.prepare('SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY bm25(texts) LIMIT 10').pluck()
  const query = words.replaceAll(' ', ' OR ')
  return {
    name,
    tellsFigure: true,
    check: () => {
      if (find.all(query).length < 1) throw new Error('Nothing is found.')
    },
    run: () => {
      const startedAt = process.hrtime.bigint()
      for (let time = 0; time < times; time += 1) find.all(query)
      return Number(process.hrtime.bigint() - startedAt) / times
    },
  }
}

/** The texts of a filled space in a full-text table of SQLite, as its documentation shows it. */
function fullTexts(folder: string, count: number): Database.Database {
  const path = join(folder, `full-texts-${count}.db`)
  const isNew = !existsSync(path)
  const db = new Database(path)
  if (!isNew) return db
  db.exec(`
    PRAGMA journal_mode = WAL;
    ATTACH '${join(folder, `observations-${count}.db`)}' AS ours;
    CREATE VIRTUAL TABLE texts USING fts5 (text, tokenize = 'porter');
    INSERT INTO texts (rowid, text) SELECT row, json_extract(value, '$') FROM ours.records_1 WHERE collection = 'observations';
    INSERT INTO texts (texts) VALUES ('optimize');
    DETACH ours;
  `)
  return db
}

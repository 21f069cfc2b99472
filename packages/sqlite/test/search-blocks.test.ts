import { spawn } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'

import { mapStore } from '@skein/memory'
import { indexTerms, queryWords } from '@skein/memory/store'
import type { Mutation, SearchQuery, Store } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'

import { spaceSql } from '../src/file/space-sql.ts'
import { TermBlocks } from '../src/terms/term-blocks.ts'
import { numbered } from './numbered-observations.ts'
import { numbersFrom } from './numbers-from.ts'
import { temporaryPath } from './temporary.ts'

const queries = ['common', 'k3 heron', 'only1200', 'Haus', 'hreon k5', 'onl*', 'common k1 k2 k3 k4 heron']
const audiences: readonly SearchQuery['audience'][] = [
  undefined,
  { level: 'public', compartments: [] },
  { level: 'internal', compartments: ['x'] },
]

async function answers(store: Store): Promise<unknown> {
  const all = queries.flatMap((text) => audiences.map((audience) => ({ text, audience })))
  return Promise.all(
    all.map(async ({ text, audience }) => {
      const query = { collection: 'observations', words: queryWords(text), audience, limit: 40 } as const
      const { records, scores } = await store.search(query)
      return [text, audience?.level, records.map(({ id, seq }) => [id, scores.get(seq)])]
    }),
  )
}

/** What a store in memory finds that holds as many observations. */
async function expected(count: number): Promise<unknown> {
  const store = await mapStore().open('default', 'writer')
  await store.write(Array.from({ length: count }, (_, n) => numbered(n)))
  return answers(store)
}

function withText(mutation: Mutation, text: string): Mutation {
  return { ...mutation, value: JSON.stringify(text), terms: indexTerms(text) } as Mutation
}

/** What one connection sees of the work on blocks. */
function blocksOf(path: string): { read(): { blocks: number; merging: number; dropping: number } } {
  const db = new Database(path, { readonly: true })
  onTestFinished(() => void db.close())
  const count = (table: string): number => db.prepare(`SELECT count(*) FROM ${table}_1`).pluck().get() as number
  return { read: () => ({ blocks: count('blocks'), merging: count('merging'), dropping: count('dropping') }) }
}

it('is whole at any time while another process makes and merges blocks, and after that was killed', async () => {
  const path = temporaryPath()
  await (await sqliteStore(path).open('default', 'writer'))[Symbol.asyncDispose]()
  const reader = await sqliteStore(path).open('default', 'reader')
  onTestFinished(() => reader[Symbol.asyncDispose]())
  const blocks = blocksOf(path)
  const isFound = async (n: number): Promise<boolean> => {
    const words = queryWords(`only${n}`)
    return (await reader.search({ collection: 'observations', words, limit: 2 })).records[0]?.id === `o${n}`
  }
  let count = 0
  for (const until of ['merging', 'dropping'] as const) {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/indexing-process.ts'), path, `${count}`])
    const ended = new Promise((resolve) => child.on('close', resolve))
    const from = count
    for await (const piece of child.stdout.setEncoding('utf8')) {
      count = Number((piece as string).trim().split('\n').at(-1))
      expect([count, await isFound(count - 1), await isFound(Math.floor(count / 2))]).toEqual([count, true, true])
      // Far enough for blocks of two ranks, and in the midst of work.
      if (count > from + 1_100 && blocks.read()[until] > 0) child.kill('SIGKILL')
    }
    await ended
    // What was written after the last word of the process.
    while (await isFound(count)) count += 10
    expect(await answers(reader)).toEqual(await expected(count))
  }

  await using writer = await sqliteStore({ path, durability: 'relaxed' }).open('default', 'writer')
  for (const end = count + 1_500; count < end; count += 100) {
    await writer.write(Array.from({ length: 100 }, (_, at) => numbered(count + at)))
  }
  expect(await answers(writer)).toEqual(await expected(count))
  const { blocks: left } = blocks.read()
  // Seven of each rank, and those that are just being merged.
  expect(left).toBeLessThan(3 * 14)
}, 60_000)

it('forgets a record in every block where it stands, while blocks are merged', async () => {
  const path = temporaryPath()
  await using store = await sqliteStore({ path, durability: 'relaxed' }).open('default', 'writer')
  const blocks = blocksOf(path)
  const isStored = (term: string): boolean => {
    const db = new Database(path, { readonly: true })
    try {
      const sql = 'SELECT 1 FROM postings_1 WHERE term = ? OR instr(entries, ?) > 0'
      return db.prepare(sql).get(term, Buffer.from(`${term} `)) !== undefined
    } finally {
      db.close()
    }
  }
  const seen = new Set<string>()
  let count = 0
  for (; seen.size < 2; count += 1) {
    await store.write([numbered(count)])
    if (count < 1_000) continue
    const { merging, dropping } = blocks.read()
    if (merging + dropping === 0) continue
    const key = { collection: 'observations', id: `o${seen.size}` } as const
    await store.write([{ type: 'delete', key, author: 'ann' }])
    expect(isStored(`only${seen.size}`)).toBe(false)
    seen.add(merging > 0 ? 'merging' : 'dropping')
  }
  const query = { collection: 'observations', words: queryWords('common'), limit: 1_000_000 } as const
  const left = (await store.search(query)).records.map(({ id }) => id)
  expect(new Set(left).size).toBe(left.length)
  expect(left).not.toContain('o0')
})

/** Which of these words stand in the file's search index. */
function indexed(path: string, words: readonly string[]): string[] {
  const db = new Database(path, { readonly: true })
  try {
    const chunks = db.prepare('SELECT entries FROM postings_1').pluck().all() as Buffer[]
    return words.filter((word) => chunks.some((chunk) => chunk.includes(`${word} `)))
  } finally {
    db.close()
  }
}

it('finds the same as without them while many records go at once, whoever goes on with that', async () => {
  const path = temporaryPath()
  const count = 6_000
  const all = Array.from({ length: count }, (_, n) => numbered(n))
  const open = (role: 'writer' | 'reader') => sqliteStore({ path, durability: 'relaxed' }).open('default', role)
  let store = await open('writer')
  const model = await mapStore().open('default', 'writer')
  await using reader = await open('reader')
  for (let from = 0; from < count; from += 500) {
    for (const each of [store, model]) await each.write(all.slice(from, from + 500))
  }
  const removal = (n: number): Mutation => {
    return { type: 'delete', key: { collection: 'observations', id: `o${n}` }, author: 'ann' }
  }
  const db = new Database(path)
  onTestFinished(() => void db.close())
  const counts = db.prepare('SELECT (SELECT count(*) FROM taken_1) AS noted, (SELECT count(*) FROM purge_1) AS walks')
  const read = (): { noted: number; walks: number } => counts.get() as { noted: number; walks: number }
  const begin = db.prepare(
    `INSERT INTO purge_1 SELECT (SELECT max(n) FROM taken_1), (SELECT max(block) FROM postings_1), 0, 0, ''`,
  )
  const states = new Set<string>()
  // More than are noted before a walk begins, and more while it goes on.
  for (let from = 0; from < 3_000; from += 250) {
    const batch = Array.from({ length: 250 }, (_, at) => removal((from + at) * 2))
    for (const each of [store, model]) await each.write(batch)
    const { noted, walks } = read()
    if (noted > 0) states.add(walks > 0 ? 'walking' : 'noted')
    if (from % 500 !== 250) continue
    if (noted > 0 && walks === 0 && from > 500) {
      // As a walk leaves it whose time has ended at once: here, one may be complete within its time.
      begin.run()
      states.add('walking')
    }
    const expectedNow = await answers(model)
    expect(await answers(store)).toEqual(expectedNow)
    expect(await answers(reader)).toEqual(expectedNow)
    // Another writer goes on, and writes one of the records anew.
    await store[Symbol.asyncDispose]()
    store = await open('writer')
    for (const each of [store, model]) await each.write([numbered(from * 2)])
    expect(await answers(store)).toEqual(await answers(model))
  }
  // Searches have left out records whose postings were still there, before and during a walk that removes them.
  expect([...states].toSorted()).toEqual(['noted', 'walking'])
  await store.scrub()
  expect(indexed(path, ['only2', 'only5998', 'only3999'])).toEqual(['only3999'])
  expect(await answers(store)).toEqual(await answers(model))
  for (const each of [store, model]) await each.write(all.slice(0, 400))
  expect(await answers(reader)).toEqual(await answers(model))
  await store[Symbol.asyncDispose]()
}, 60_000)

it('removes postings to the end, however little time each step has, while another connection writes', async () => {
  const path = temporaryPath()
  const all = Array.from({ length: 2_000 }, (_, n) => numbered(n))
  await using store = await sqliteStore({ path, durability: 'relaxed' }).open('default', 'writer')
  await store.write(all)
  // Fewer than are removed with the writes themselves.
  await store.write(all.slice(0, 900).map(({ key }): Mutation => ({ type: 'delete', key, author: 'ann' })))
  const db = new Database(path)
  onTestFinished(() => void db.close())
  const noted = db.prepare('SELECT count(*) FROM taken_1').pluck()
  expect(noted.get()).toBe(900)
  const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
  const fact: Mutation = { type: 'set', key: { collection: 'facts', id: 'x' }, value: '1', meta }
  const blocks = new TermBlocks(spaceSql(db, 1))
  let steps = 1
  while (!db.transaction(() => blocks.purge(0)).immediate()) {
    if ((steps += 1) % 10 === 0) await store.write([fact])
    // As a process does once others have written.
    blocks.forget()
    expect(steps).toBeLessThan(5_000)
  }
  expect(steps).toBeGreaterThan(10)
  expect(indexed(path, ['only1', 'only899', 'only1500'])).toEqual(['only1500'])
})

it('removes the postings of a few records without looking at those of others', async () => {
  const path = temporaryPath()
  const all = Array.from({ length: 2_000 }, (_, n) => numbered(n))
  const store = await sqliteStore({ path, durability: 'relaxed' }).open('default', 'writer')
  await store.write(all)
  await store[Symbol.asyncDispose]()
  const db = new Database(path)
  onTestFinished(() => void db.close())
  const blocks = new TermBlocks(spaceSql(db, 1))
  db.transaction(() => takeOut(db, blocks, [3, 700, 1_400])).immediate()
  let steps = 1
  while (!db.transaction(() => blocks.purge(0)).immediate()) steps += 1
  const chunks = db.prepare('SELECT count(*) FROM postings_1').pluck().get() as number
  expect(steps).toBeLessThan(chunks / 5)
  expect(indexed(path, ['only3', 'only700', 'only1400', 'only1401'])).toEqual(['only1401'])
})

it('leaves to others what they have taken out since under the same numbers', async () => {
  const path = temporaryPath()
  const store = await sqliteStore({ path, durability: 'relaxed' }).open('default', 'writer')
  await store.write(Array.from({ length: 400 }, (_, n) => numbered(n)))
  await store[Symbol.asyncDispose]()
  const db = new Database(path)
  onTestFinished(() => void db.close())
  const opened = (): TermBlocks => new TermBlocks(spaceSql(db, 1))
  const purge = (blocks: TermBlocks): void => {
    while (!db.transaction(() => blocks.purge(0)).immediate());
  }
  const [slow, quick, killed] = [opened(), opened(), opened()]
  db.transaction(() => takeOut(db, slow, [1, 2, 3])).immediate()
  purge(quick)
  db.transaction(() => takeOut(db, killed, [4, 5])).immediate()
  purge(slow)
  purge(opened())
  expect(indexed(path, ['only1', 'only3', 'only4', 'only5', 'only6'])).toEqual(['only6'])
})

/** Deletes observations as one of many that go. */
function takeOut(db: Database.Database, blocks: TermBlocks, numbers: readonly number[]): void {
  for (const n of numbers) {
    const row = db.prepare('SELECT row FROM records_1 WHERE id = ?').pluck().get(`o${n}`) as number
    blocks.remove(row, true)
    db.prepare('UPDATE records_1 SET terms = NULL WHERE row = ?').run(row)
  }
}

it.each([1, 2, 3, 4, 5, 6])('removes all postings whoever takes records out, stops and goes on, %s', async (seed) => {
  const path = temporaryPath()
  const store = await sqliteStore({ path, durability: 'relaxed' }).open('default', 'writer')
  onTestFinished(() => store[Symbol.asyncDispose]())
  const next = numbersFrom(seed)
  const below = (most: number): number => Math.floor(next() * most)
  const processes = [1, 2].map(() => {
    const db = new Database(path)
    onTestFinished(() => void db.close())
    return { db, blocks: new TermBlocks(spaceSql(db, 1)) }
  })
  let count = 0
  const alive = new Set<number>()
  const dead: number[] = []
  const write = async (many: number): Promise<void> => {
    const numbers = Array.from({ length: many }, () => count++)
    await store.write(numbers.map((n) => numbered(n)))
    for (const n of numbers) alive.add(n)
  }
  for (let times = 0; times < 8; times += 1) await write(150)
  const purge = ({ db, blocks }: (typeof processes)[number]): boolean =>
    db.transaction(() => blocks.purge(0)).immediate()
  for (let step = 0; step < 400; step += 1) {
    const one = processes[below(2)] as (typeof processes)[number]
    one.blocks.forget()
    const some = [...alive].filter(() => below(alive.size) < 12)
    const kind = below(10)
    // Few enough that a merge goes on for some writes.
    if (kind < 2) await write(1 + below(60))
    else if (kind === 2) one.blocks = new TermBlocks(spaceSql(one.db, 1))
    else if (kind === 3) {
      const failing = one.db.transaction(() => {
        takeOut(one.db, one.blocks, some)
        one.blocks.purge(0)
        throw new Error('The disk is full.')
      })
      expect(() => failing.immediate()).toThrow('The disk is full.')
      one.blocks.rolledBack()
    } else if (kind < 6) {
      one.db.transaction(() => takeOut(one.db, one.blocks, some)).immediate()
      for (const n of some) alive.delete(n)
      dead.push(...some)
    } else for (let times = below(60); times > 0; times -= 1) purge(one)
  }
  const [first] = processes as [(typeof processes)[number]]
  first.blocks.forget()
  while (!purge(first));
  const left = first.db.prepare('SELECT (SELECT count(*) FROM taken_1) + (SELECT count(*) FROM purge_1)').pluck()
  expect(left.get()).toBe(0)
  expect(dead.length).toBeGreaterThan(50)
  expect(
    indexed(
      path,
      dead.map((n) => `only${n}`),
    ),
  ).toEqual([])
  const words = [...alive].filter((n) => n < count - 300).map((n) => `only${n}`)
  expect(indexed(path, words)).toEqual(words)
})

it('takes a batch that fails out of the index no more than out of the space', async () => {
  await using store = await sqliteStore(temporaryPath()).open('default', 'writer')
  await using model = await mapStore().open('default', 'writer')
  const all = Array.from({ length: 400 }, (_, n) => numbered(n))
  for (const each of [store, model]) await each.write(all)
  const removals = all.slice(0, 100).map(({ key }): Mutation => ({ type: 'delete', key, author: 'ann' }))
  const fault = { type: 'set', key: { collection: 'facts', id: 'x' }, value: undefined, meta: {} } as never
  await expect(store.write([...removals, fault])).rejects.toThrow(/Cannot/)
  expect(await answers(store)).toEqual(await answers(model))
  for (const each of [store, model]) await each.write(removals)
  expect(await answers(store)).toEqual(await answers(model))
})

it('finds words whose letters UTF-16 and UTF-8 order differently, and what follows a word that is gone', async () => {
  const path = temporaryPath()
  await using store = await sqliteStore({ path, durability: 'relaxed' }).open('default', 'writer')
  await using other = await mapStore().open('default', 'writer')
  const words = ['🦆 heron', '\uFA0E\uFA0F lake', '\u{20BB7}\u91CE pond', '0 zebra', '\u{10400}\u{10401} reed']
  const all = Array.from({ length: 300 }, (_, n) => withText(numbered(n), `${words[n % 5]} k${n}`))
  for (const each of [store, other]) {
    await each.write(all)
    // All of a block, and the first words of others.
    for (let n = 0; n < 200; n += n < 128 ? 1 : 7) {
      await each.write([{ type: 'delete', key: { collection: 'observations', id: `o${n}` }, author: 'ann' }])
    }
  }
  const texts = ['🦆', '\uFA0E\uFA0F', '\u{20BB7}\u91CE', '\u{10400}\u{10401}', 'k1*', 'zebra', 'zebre', 'k201', 'k130']
  const found = (each: Store): Promise<unknown> =>
    Promise.all(
      texts.map(async (text) => {
        const query = { collection: 'observations', words: queryWords(text), limit: 300 } as const
        return [text, (await each.search(query)).records.map(({ id }) => id)]
      }),
    )
  expect(await found(store)).toEqual(await found(other))
})

it('goes on with the blocks of format 6', async () => {
  const path = temporaryPath()
  copyFileSync(join(import.meta.dirname, 'fixtures/search-format-6.db'), path)
  const found = async (store: Store): Promise<unknown> => {
    const of = async (text: string): Promise<number> => {
      const query = { collection: 'observations', words: queryWords(text), limit: 2_000 } as const
      return (await store.search(query)).records.length
    }
    return Promise.all(['Haus', '天気', 'duck', 'd3', 'goose', 'dukc', 'Priese'].map(of))
  }
  const all = [11, 11, 1_078, 120, 11, 0, 11]
  await using reader = await sqliteStore(path).open('default', 'reader')
  expect(await found(reader)).toEqual(all)
  await reader[Symbol.asyncDispose]()
  await using store = await sqliteStore(path).open('default', 'writer')
  expect(await found(store)).toEqual(all)
  for (let n = 11_000; n < 12_200; n += 100) await store.write(Array.from({ length: 100 }, (_, at) => numbered(n + at)))
  expect(await found(store)).toEqual([11 + 110, 11, 1_078, 120, 11, 0, 11])
})

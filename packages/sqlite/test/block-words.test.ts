import { indexTerms, queryWords } from '@skein/memory/store'
import type { Mutation, Store } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'

import { spaceSql } from '../src/file/space-sql.ts'
import { BlockWords } from '../src/terms/block-words.ts'
import { indexState } from '../src/terms/index-state.ts'
import { TermBlocks } from '../src/terms/term-blocks.ts'
import { hashOf, hashOfBytes, TermHashes } from '../src/terms/term-hashes.ts'
import { numbered } from './numbered-observations.ts'
import { temporaryPath } from './temporary.ts'

async function write(store: Store, from: number, until: number): Promise<void> {
  await store.write(Array.from({ length: until - from }, (_, at) => numbered(from + at)))
}

function openDatabase(path: string): Database.Database {
  const db = new Database(path)
  onTestFinished(() => void db.close())
  return db
}

it('hashes a term as its UTF-8, and forgets none that was added', () => {
  for (const term of ['a', 'price', 'de:haus', 'цена', '天気', '🦆', '']) {
    const bytes = Buffer.from(`-${term}-`)
    expect(hashOf(term)).toBe(hashOfBytes(bytes, 1, bytes.length - 1))
  }
  const terms = new TermHashes()
  for (let n = 0; n < 20_000; n += 1) for (const _ of [1, 2]) terms.add(hashOf(`t${n}`))
  expect(terms.size).toBe(20_000)
  for (let n = 0; n < 20_000; n += 1) expect(terms.has(hashOf(`t${n}`))).toBe(true)
  expect(terms.has(hashOf('other'))).toBe(false)
})

it('knows the terms of all blocks that it has read, in whichever steps, while blocks are made and merged', async () => {
  const path = temporaryPath()
  await using store = await sqliteStore({ path, durability: 'relaxed' }).open('default', 'writer')
  const sql = spaceSql(openDatabase(path), 1)
  const words = new BlockWords(sql)
  let count = 0
  const isRead = (): boolean => words.unread(indexState(sql).blocks).length === 0
  for (const step of [1, 7, 40, 100_000]) {
    for (const end = count + 1_500; count < end; count += 50) {
      await write(store, count, count + 50)
      words.advance(indexState(sql).blocks, step)
    }
    while (!isRead()) words.advance(indexState(sql).blocks, step)
    const { indexed } = indexState(sql)
    const last = Number((sql('SELECT id FROM @records WHERE seq = ?').get(indexed) as [string])[0].slice(1))
    const missed = Array.from({ length: last + 1 }, (_, n) => n).filter((n) => !words.mayHave(`only${n}`))
    expect([last > count - 300, missed]).toEqual([true, []])
  }
  expect(words.mayHave('none')).toBe(false)
})

it('reads a block again in which a term has moved to what was read', async () => {
  const path = temporaryPath()
  const store = await sqliteStore({ path, durability: 'relaxed' }).open('default', 'writer')
  await write(store, 0, 129)
  await store[Symbol.asyncDispose]()
  const db = openDatabase(path)
  const sql = spaceSql(db, 1)
  const words = new BlockWords(sql)
  // The records of the first groups have no compartment, and 26 has one.
  const first = Array.from({ length: 128 }, (_, n) => n).filter((n) => n % 5 !== 0 && n % 13 !== 0)
  while (!first.every((n) => words.mayHave(`only${n}`))) words.advance(indexState(sql).blocks, 1)
  expect(words.mayHave('only26')).toBe(false)
  const [row] = sql("SELECT row FROM @records WHERE id = 'o26'").get() as [number]
  db.transaction(() => new TermBlocks(sql).relabel(row, '[]'))()
  while (words.unread(indexState(sql).blocks).length > 0) words.advance(indexState(sql).blocks, 1)
  expect(words.mayHave('only26')).toBe(true)
})

/** A word of letters alone for each number, no two of them at one edit from each other. */
function wordOf(n: number): string {
  const letters = Array.from(String(n).padStart(5, '0'), (digit) => 'bcdfghjklm'[Number(digit)] ?? '')
  return letters.map((letter) => `${letter}${letter}`).join('o')
}

it('finds typos in blocks and behind them, that others have written, and none of what was deleted', async () => {
  const path = temporaryPath()
  await using store = await sqliteStore({ path, durability: 'relaxed' }).open('default', 'writer')
  await using reader = await sqliteStore(path).open('default', 'reader')
  const add = async (from: number, until: number): Promise<void> => {
    const batch = Array.from({ length: until - from }, (_, at): Mutation => {
      return { ...numbered(from + at), value: '"x"', terms: indexTerms(`common ${wordOf(from + at)}`) } as Mutation
    })
    await store.write(batch)
  }
  const typo = async (n: number): Promise<string[]> => {
    const word = wordOf(n)
    const words = queryWords(`${word.slice(0, 6)}${word.slice(7)}`)
    const found = await Promise.all(
      [store, reader].map((each) => each.search({ collection: 'observations', words, limit: 5 })),
    )
    return found.flatMap(({ records }) => records.map(({ id }) => id))
  }
  for (let count = 0; count < 3_000; count += 200) {
    await add(count, count + 200)
    for (const n of [0, Math.floor(count / 2), count, count + 199]) expect(await typo(n)).toEqual([`o${n}`, `o${n}`])
    expect(await typo(count + 200)).toEqual([])
  }
  await store.write([{ type: 'delete', key: { collection: 'observations', id: 'o7' }, author: 'ann' }])
  expect(await typo(7)).toEqual([])
})

import type { Commit, Mutation, Store } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished } from 'vitest'

import { temporaryPath } from './temporary.ts'

const meta = { author: 'me', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
const key = (id: string): Mutation['key'] => ({ collection: 'facts', id })
const setting = (id: string, ifVersion: number, value = '1', ttlMs?: number): Mutation => {
  return { type: 'set', key: key(id), value, meta, ifVersion, ttlMs }
}

async function open(path: string): Promise<Store> {
  const store = await sqliteStore(path).open('default', 'writer')
  onTestFinished(() => store[Symbol.asyncDispose]())
  return store
}

/** What another program does to the file. */
function elsewhere(path: string, sql: string): void {
  const db = new Database(path)
  db.exec(sql)
  db.close()
}

const versionsOf = (commits: readonly Commit[]): unknown[] =>
  commits.map((commit) => (commit.ok ? commit.written[0]?.version : commit.refusal.reason))

it('a row that was just written is read again when another connection wrote in between', async () => {
  const path = temporaryPath()
  const store = await open(path)
  await store.write([setting('a', 0), setting('b', 0)])
  elsewhere(path, `UPDATE records_1 SET value = '"forged"' WHERE id = 'a'`)
  await expect(store.write([setting('a', 1)])).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
  elsewhere(path, `DELETE FROM records_1 WHERE id = 'b'`)
  const commit = await store.write([setting('b', 1)])
  expect(commit).toEqual({ ok: false, refusal: { index: 0, reason: 'version', current: undefined } })
})

it('a write that was rolled back is not taken for written', async () => {
  const path = temporaryPath()
  const store = await open(path)
  elsewhere(
    path,
    `CREATE TRIGGER refuse BEFORE UPDATE ON records_1 WHEN new.id = 'bad' BEGIN SELECT RAISE(ABORT, 'no'); END`,
  )
  await store.write([setting('a', 0), setting('bad', 0)])
  // One transaction, which fails: then each is done again alone.
  const [a, bad, b] = await Promise.allSettled([
    store.write([setting('a', 1, '"second"')]),
    store.write([setting('bad', 1)]),
    store.write([setting('b', 0)]),
  ])
  expect(a).toMatchObject({ value: { ok: true, written: [{ version: 2, seq: 3 }] } })
  expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'SKEIN_STORE' } })
  expect(b).toMatchObject({ value: { ok: true, written: [{ version: 1, seq: 4 }] } })
  expect(await store.read([key('a'), key('bad')])).toMatchObject([{ value: '"second"', version: 2 }, { version: 1 }])
  expect(await store.changes(0, 10)).toMatchObject({ last: 4, changes: [{}, {}, { id: 'a' }, { id: 'b' }] })
})

it('a refusal gives the current value, whether it is short, long or swept', async () => {
  const store = await open(temporaryPath())
  for (const [index, length] of [1, 5_000, 2, 6_000].entries()) {
    const value = JSON.stringify('x'.repeat(length))
    await store.write([setting('a', index, value)])
    expect(await store.write([setting('a', 9)])).toMatchObject({ refusal: { current: { value, version: index + 1 } } })
  }
  await store.write([setting('fleeting', 0, '1', 1)])
  await expect.poll(() => store.sweep(10)).toBe(1)
  expect(
    versionsOf([await store.write([setting('fleeting', 1)]), await store.write([setting('fleeting', 0)])]),
  ).toEqual(['version', 2])
})

it('a record is found by its latest sources, task and terms, whichever of them a write changed', async () => {
  const store = await open(temporaryPath())
  const write = (more: object, terms?: string[]): Promise<Commit> =>
    store.write([{ type: 'set', key: key('a'), value: '1', meta: { ...meta, ...more }, terms }])
  const found = async (source: string, task: string, term: string): Promise<number[]> => {
    const about = { collection: 'facts', limit: 9 } as const
    const by = await Promise.all([
      store.query({ ...about, order: 'oldest', derivedFrom: source }),
      store.query({ ...about, order: 'oldest', task }),
      store.search({ ...about, words: [{ terms: [term] }] }),
    ])
    return by.map(({ records }) => records.length)
  }
  const [before, after] = [
    { derivedFrom: ['s1'], task: 't1' },
    { derivedFrom: ['s2'], task: 't2' },
  ]
  await write(before, ['one'])
  await write(before, ['one'])
  expect(await found('s1', 't1', 'one')).toEqual([1, 1, 1])
  await write(before)
  await write(before)
  expect(await found('s1', 't1', 'one')).toEqual([1, 1, 0])
  await write(after)
  await write(after, ['two'])
  expect(await found('s1', 't1', 'one')).toEqual([0, 0, 0])
  expect(await found('s2', 't2', 'two')).toEqual([1, 1, 1])
  expect(await Array.fromAsync(store.verify())).toEqual([])
})

it('more rows than are cached keep their versions', async () => {
  const store = await open(temporaryPath())
  const ids = Array.from({ length: 2_500 }, (_, index) => `${index}`)
  for (const version of [0, 1, 2]) {
    const commits = await Promise.all(ids.map((id) => store.write([setting(id, version)])))
    expect(new Set(versionsOf(commits))).toEqual(new Set([version + 1]))
  }
})

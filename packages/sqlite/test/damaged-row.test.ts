import { openMemory } from '@skein/memory'
import type { Mutation, Store } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'

import { temporaryPath } from './temporary.ts'

const meta = { author: 'me', tags: ['t'], derivedFrom: ['source'], sensitivity: 'public', compartments: [] } as const
const keyOf = (id: string): { collection: 'facts'; id: string } => ({ collection: 'facts', id })
const setting = (id: string, more: object = {}): Mutation => ({
  type: 'set',
  key: keyOf(id),
  value: `"${id}"`,
  terms: ['word', id],
  meta,
  ...more,
})
const list = { collection: 'facts', order: 'oldest', limit: 10 } as const

/** A store with facts `a`, `bad` (written 3 times) and `c`, of which one is damaged. */
async function damagedStore(path: string, change: string, ttlMs?: number): Promise<Store> {
  const driver = sqliteStore(path)
  {
    await using store = await driver.open('default', 'writer')
    await store.write([setting('a')])
    for (let n = 0; n < 3; n += 1) await store.write([setting('bad', { ttlMs })])
    await store.write([setting('c')])
  }
  damage(path, change)
  const store = await driver.open('default', 'writer')
  onTestFinished(() => store[Symbol.asyncDispose]())
  return store
}

function damage(path: string, change: string): void {
  const db = new Database(path)
  db.exec(`UPDATE records_1 SET ${change} WHERE id = 'bad'`)
  db.close()
}

/** The warnings about damage until the test ends. */
function warnings(): string[] {
  const said: string[] = []
  const note = (warning: NodeJS.ErrnoException): void => {
    if (warning.code === 'SKEIN_CORRUPT') said.push(warning.message)
  }
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  return said
}

const damages = [
  ['value', `value = '"forged"'`],
  ['version', 'version = 1'],
  ['tags', `tags = '["t'`],
  ['compartments', `compartments = '['`],
  ['sources', `sources = '["sour'`],
  ['level', 'level = 9'],
] as const

describe('a damaged record', () => {
  it.each(damages)('(its %s) is left out of lists and searches, with one warning', async (_, change) => {
    const said = warnings()
    const path = temporaryPath()
    const store = await damagedStore(path, change)
    const audience = { level: 'confidential', compartments: ['x'] } as const
    for (const filter of [list, { ...list, tags: ['t'] }, { ...list, audience }, { ...list, derivedFrom: 'source' }]) {
      expect((await store.query(filter)).records.map(({ id }) => id)).toEqual(['a', 'c'])
    }
    const hits = await store.search({ collection: 'facts', words: [{ terms: ['word'] }], limit: 10, tags: ['t'] })
    expect(hits.records.map(({ id }) => id).toSorted()).toEqual(['a', 'c'])
    await expect(store.read([keyOf('bad')])).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
    // Warnings are given after the current turn.
    await new Promise((resolve) => setImmediate(resolve))
    expect(said).toEqual([expect.stringMatching(/^The record facts\/bad in .*flock\.db is damaged/)])
  })

  it('does not end a list at its page', async () => {
    const store = await damagedStore(temporaryPath(), `value = '"forged"'`)
    const first = await store.query({ ...list, limit: 2 })
    expect(first.records.map(({ id }) => id)).toEqual(['a'])
    const second = await store.query({ ...list, limit: 2, after: first.next })
    expect(second.records.map(({ id }) => id)).toEqual(['c'])
    expect(second.next).toBeUndefined()
  })

  it.each([
    ...damages,
    ['version, upwards', 'version = 40'] as const,
    ['version, beyond all numbers', 'version = 9223372036854775807'] as const,
  ])('(its %s) is replaced by a write without a condition, under a new version', async (_, change) => {
    const store = await damagedStore(temporaryPath(), change)
    const commit = await store.write([
      setting('bad', { meta: { ...meta, derivedFrom: ['another'] }, terms: ['fresh'] }),
    ])
    // It had version 3 and seq 4.
    const version = change === 'version = 40' ? 41 : 5
    expect(commit).toMatchObject({ ok: true, written: [{ version, seq: 6 }] })
    expect(await store.read([keyOf('bad')])).toMatchObject([{ value: '"bad"', version }])
    const madeFrom = async (derivedFrom: string): Promise<string[]> =>
      (await store.query({ ...list, derivedFrom })).records.map(({ id }) => id)
    expect(await madeFrom('source')).toEqual(['a', 'c'])
    expect(await madeFrom('another')).toEqual(['bad'])
    const foundBy = async (term: string): Promise<number> =>
      (await store.search({ collection: 'facts', words: [{ terms: [term] }], limit: 10 })).records.length
    expect([await foundBy('fresh'), await foundBy('word')]).toEqual([1, 2])
  })

  it('is removed by a delete without a condition, and its versions are not used again', async () => {
    const store = await damagedStore(temporaryPath(), `value = '"forged"'`)
    const commit = await store.write([{ type: 'delete', key: keyOf('bad'), author: 'me' }])
    expect(commit).toMatchObject({ ok: true, written: [{ version: 5 }] })
    expect(await store.read([keyOf('bad')])).toEqual([undefined])
    expect(await store.write([setting('bad', { ifVersion: 0 })])).toMatchObject({ written: [{ version: 6 }] })
  })

  it.each<[string, Mutation]>([
    ['set', setting('bad', { ifVersion: 3 })],
    ['set if absent', setting('bad', { ifVersion: 0 })],
    ['delete', { type: 'delete', key: keyOf('bad'), author: 'me', ifVersion: 3 }],
    ['touch', { type: 'touch', key: keyOf('bad'), ifVersion: 3, ttlMs: 1_000 }],
    ['set under a guard on it', setting('a', { guard: { key: keyOf('bad'), version: 3 } })],
  ])('fails a %s that has a condition', async (_, mutation) => {
    const store = await damagedStore(temporaryPath(), `value = '"forged"'`)
    await expect(store.write([mutation])).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
    expect(await store.changes(0, 10)).toMatchObject({ last: 5 })
  })

  it('that has expired is swept, and its versions are not used again', async () => {
    const path = temporaryPath()
    const store = await damagedStore(path, `sources = '["sour', version = 1, expires_at = 1`, 60_000)
    expect(await store.sweep(10)).toBe(1)
    expect((await store.query({ ...list, derivedFrom: 'source' })).records.map(({ id }) => id)).toEqual(['a', 'c'])
    expect(await store.write([setting('bad')])).toMatchObject({ written: [{ version: 5 }] })
  })

  it('with an unreadable label is replaced only by those who may see everything', async () => {
    const store = await damagedStore(temporaryPath(), 'level = 9')
    const over = { level: 'internal', compartments: [] } as const
    expect(await store.write([setting('bad', { over })])).toMatchObject({ ok: false, refusal: { reason: 'label' } })
    const all = { level: 'confidential', compartments: [] } as const
    expect(await store.write([setting('bad', { over: all })])).toMatchObject({ ok: true })
  })

  it('does not keep a fact from being set anew', async () => {
    const path = temporaryPath()
    const open = (): ReturnType<typeof openMemory> => openMemory({ store: sqliteStore(path) })
    const me = { id: 'me', role: 'test' }
    const before = await open()
    await before.as(me).facts.set('bad', 'one')
    await before.close()
    damage(path, `value = '"forged"'`)
    await using after = await open()
    const { facts } = after.as(me)
    await facts.set('bad', 'two')
    expect(await facts.get('bad')).toBe('two')
  })
})

describe('a damaged record read through a memory', () => {
  it.each([
    ['value', `value = '"forged"'`],
    ['version', 'version = 7'],
    ['sensitivity', 'level = 0'],
    ['author', `author = 'mallory'`],
  ])('(its %s) is an error, never a wrong answer, and the others can be read', async (_, change) => {
    const path = temporaryPath()
    const memory = await openMemory({ store: sqliteStore(path) })
    const { facts } = memory.as({ id: 'me', role: 'test', clearance: { level: 'internal' } })
    await facts.set('good', 'one')
    await facts.set('bad', 'two', { sensitivity: 'internal' })
    await memory.close()

    const db = new Database(path)
    db.exec(`UPDATE records_1 SET ${change} WHERE id = 'bad'`)
    db.close()

    await using again = await openMemory({ store: sqliteStore(path) })
    const view = again.as({ id: 'me', role: 'test', clearance: { level: 'internal' } })
    await expect(view.facts.get('bad')).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
    expect(await view.facts.get('good')).toBe('one')
  })

  it('is an error too if it is an object', async () => {
    const path = temporaryPath()
    const memory = await openMemory({ store: sqliteStore(path) })
    const ref = await memory.as({ id: 'me', role: 'test' }).objects.put('a text of some length')
    await memory.close()
    const db = new Database(path)
    db.exec(`UPDATE objects_1 SET bytes = CAST('another text' AS BLOB)`)
    db.close()
    await using again = await openMemory({ store: sqliteStore(path) })
    await expect(again.as({ id: 'me', role: 'test' }).objects.get(ref)).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
  })
})

describe('an index that leads to another record', () => {
  /** Two records that have changed places behind the index of keys. */
  async function confusedStore(path: string): Promise<Store> {
    const driver = sqliteStore(path)
    {
      await using store = await driver.open('default', 'writer')
      await store.write([setting('a'), setting('b')])
    }
    const db = new Database(path)
    db.unsafeMode()
    const index = db.prepare("SELECT * FROM sqlite_schema WHERE name = 'by_key_1'").get() as Record<string, unknown>
    db.exec(
      "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'by_key_1'; PRAGMA writable_schema = RESET",
    )
    const numberOf = db.prepare('SELECT row FROM records_1 WHERE id = ?').pluck()
    const [a, b] = [numberOf.get('a'), numberOf.get('b')] as [number, number]
    db.exec(`UPDATE records_1 SET row = -1 WHERE id = 'a'; UPDATE records_1 SET row = ${a} WHERE id = 'b';
             UPDATE records_1 SET row = ${b} WHERE id = 'a'; PRAGMA writable_schema = ON`)
    db.prepare('INSERT INTO sqlite_schema VALUES (@type, @name, @tbl_name, @rootpage, @sql)').run(index)
    db.exec('PRAGMA writable_schema = RESET')
    db.close()
    const store = await driver.open('default', 'writer')
    onTestFinished(() => store[Symbol.asyncDispose]())
    return store
  }

  it.each([
    ['read', (store: Store) => store.read([keyOf('a')])],
    ['written', (store: Store) => store.write([setting('a')])],
    ['written if unchanged', (store: Store) => store.write([setting('a', { ifVersion: 1 })])],
    ['deleted', (store: Store) => store.write([{ type: 'delete', key: keyOf('a'), author: 'me' }])],
  ])('makes a record that is %s an error, and touches no other', async (_, work) => {
    const path = temporaryPath()
    const store = await confusedStore(path)
    await expect(work(store)).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
    const { records } = await store.query(list)
    expect(Object.fromEntries(records.map(({ id, value }) => [id, value]))).toEqual({ a: '"a"', b: '"b"' })
  })
})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { indexTerms, queryTerms } from '../search/search-terms.ts'
import type { Store } from '../store/store.ts'
import type { Change } from '../store/change.ts'
import type { Mutation, SetMutation } from '../store/mutation.ts'
import type { RecordFilter } from '../store/query.ts'
import type { RecordMeta } from '../store/record.ts'
import type { StoreDriver } from '../store/store-driver.ts'
import type { StoreContractOptions } from './store-contract-options.ts'

const meta: RecordMeta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] }

/** A write of one fact, to be varied. */
function set(id: string, value: unknown, more: Partial<SetMutation> = {}): SetMutation {
  return { type: 'set', key: { collection: 'facts', id }, value: JSON.stringify(value), meta, ...more }
}

function observe(id: string, text: string, more: Partial<RecordMeta> = {}): SetMutation {
  const key = { collection: 'observations', id } as const
  return { type: 'set', key, value: JSON.stringify(text), terms: indexTerms(text), meta: { ...meta, ...more } }
}

/** What a store itself promises. */
export function storeCases(options: StoreContractOptions): void {
  let driver: StoreDriver
  let store: Store

  beforeEach(async () => {
    driver = await options.create()
    store = await driver.open('space', 'writer')
  })
  afterEach(() => store[Symbol.asyncDispose]())

  const fact = async (id: string) => (await store.read([{ collection: 'facts', id }]))[0]
  const write = async (...batch: Mutation[]) => {
    const commit = await store.write(batch)
    if (!commit.ok) throw new Error(`refused: ${commit.refusal.reason}`)
    return commit.written
  }

  const found = async (text: string, filter: Partial<RecordFilter> = {}) => {
    const query = { collection: 'observations', terms: queryTerms(text), limit: 10, ...filter } as const
    return (await store.search(query)).records.map(({ id }) => id)
  }

  describe('records', () => {
    it('answers undefined for a key that was never written', async () => {
      expect(await fact('absent')).toBeUndefined()
    })

    it('gives back what was written, with all that was said about it', async () => {
      const full: RecordMeta = {
        author: 'ann',
        task: 't1',
        tags: ['a', 'b'],
        importance: 0.5,
        derivedFrom: ['x'],
        sensitivity: 'internal',
        compartments: ['finance'],
      }
      await write(set('k', { deep: [1, null, 'ü'] }, { meta: full }))
      const record = await fact('k')
      expect(record).toMatchObject({ ...full, version: 1, seq: 1, collection: 'facts', id: 'k' })
      expect(JSON.parse(record?.value ?? '')).toEqual({ deep: [1, null, 'ü'] })
      expect(record?.createdAt).toBe(record?.updatedAt)
    })

    it('numbers versions from 1 per key, and changes from 1 per space', async () => {
      expect((await write(set('a', 1)))[0]).toMatchObject({ version: 1, seq: 1 })
      expect((await write(set('a', 2)))[0]).toMatchObject({ version: 2, seq: 2 })
      expect((await write(set('b', 1)))[0]).toMatchObject({ version: 1, seq: 3 })
    })

    it('keeps collections, spaces and look-alike keys apart', async () => {
      await write(set('x', 'fact'), { ...observe('x', 'observation') })
      const other = await driver.open('space2', 'writer')
      expect(await other.read([{ collection: 'facts', id: 'x' }])).toEqual([undefined])
      await other[Symbol.asyncDispose]()
      const keys = [
        JSON.stringify(['x', 'y:z']),
        JSON.stringify(['x:y', 'z']),
        'x/y',
        'x',
        "'; DROP TABLE records;--",
        '%',
        '_',
        '*',
      ]
      await write(...keys.filter((key) => key !== 'x').map((key) => set(key, key)))
      for (const key of keys.filter((name) => name !== 'x')) expect((await fact(key))?.value).toBe(JSON.stringify(key))
      expect((await fact('x'))?.value).toBe('"fact"')
    })

    it('reads many keys in the order asked', async () => {
      await write(set('a', 1), set('b', 2))
      const records = await store.read(['b', 'no', 'a'].map((id) => ({ collection: 'facts', id }) as const))
      expect(records.map((record) => record?.value)).toEqual(['2', undefined, '1'])
    })

    it('shows a write to another handle', async () => {
      await write(set('a', 1))
      const other = await driver.open('space', 'writer')
      expect((await other.read([{ collection: 'facts', id: 'a' }]))[0]?.value).toBe('1')
      await other[Symbol.asyncDispose]()
    })
  })

  describe('conditions', () => {
    it('refuses a stale version and says what is there', async () => {
      await write(set('a', 1))
      await write(set('a', 2))
      const commit = await store.write([set('a', 3, { ifVersion: 1 })])
      expect(commit).toMatchObject({
        ok: false,
        refusal: { index: 0, reason: 'version', current: { version: 2, value: '2' } },
      })
      expect((await fact('a'))?.value).toBe('2')
    })

    it('takes version 0 as "only if absent"', async () => {
      expect((await store.write([set('a', 1, { ifVersion: 0 })])).ok).toBe(true)
      expect((await store.write([set('a', 2, { ifVersion: 0 })])).ok).toBe(false)
    })

    it('applies a batch wholly or not at all', async () => {
      await write(set('a', 1))
      const commit = await store.write([set('b', 1), set('a', 2, { ifVersion: 7 }), set('c', 1)])
      expect(commit).toMatchObject({ ok: false, refusal: { index: 1 } })
      expect(await fact('b')).toBeUndefined()
      expect((await store.changes(0, 10)).last).toBe(1)
    })

    it('takes a batch of nothing as done, and others of its turn as they are', async () => {
      expect(await store.write([])).toEqual({ ok: true, written: [] })
      const commits = await Promise.all([store.write([set('a', 1)]), store.write([]), store.write([set('b', 1)])])
      expect(commits).toMatchObject([{ written: [{ seq: 1 }] }, { written: [] }, { written: [{ seq: 2 }] }])
    })

    it('gives each of many writes of one turn its own outcome', async () => {
      const commits = await Promise.all(
        Array.from({ length: 20 }, (_, index) => store.write([set('a', index, { ifVersion: 0 })])),
      )
      expect(commits.filter((commit) => commit.ok)).toHaveLength(1)
    })

    it('never uses a version twice, not even after a delete and a sweep', async () => {
      await write(set('a', 1))
      await write({ type: 'delete', key: { collection: 'facts', id: 'a' }, author: 'ann' })
      expect(await fact('a')).toBeUndefined()
      const [again] = await write(set('a', 2, { ifVersion: 0 }))
      expect(again?.version).toBe(3)
      await write({ type: 'delete', key: { collection: 'facts', id: 'a' }, author: 'ann' })
      await store.sweep(100)
      expect((await write(set('a', 3)))[0]?.version).toBeGreaterThan(4)
    })

    it('lets a write hold only while another record stands at a version', async () => {
      const key = { collection: 'claims', id: 't1' } as const
      const [claim] = await write({ type: 'set', key, value: '{}', meta })
      const guard = { key, version: claim?.version ?? 0 }
      expect((await store.write([set('result', 1, { guard })])).ok).toBe(true)
      await write({ type: 'set', key, value: '{}', meta })
      expect(await store.write([set('result', 2, { guard })])).toMatchObject({
        ok: false,
        refusal: { reason: 'guard' },
      })
    })

    it('takes the delete of what is absent as done, unless a version was named', async () => {
      const key = { collection: 'facts', id: 'no' } as const
      expect(await store.write([{ type: 'delete', key, author: 'ann' }])).toMatchObject({
        ok: true,
        written: [{ version: 0 }],
      })
      expect((await store.write([{ type: 'delete', key, author: 'ann', ifVersion: 2 }])).ok).toBe(false)
    })
  })

  describe('expiry', () => {
    const until = async (at: number): Promise<void> => {
      while (store.now() < at) await new Promise((resolve) => setImmediate(resolve))
    }

    it('returns nothing that has expired, swept or not', async () => {
      const [written] = await write(set('a', 1, { ttlMs: 5 }), { ...observe('o', 'gone soon'), ttlMs: 5 })
      await until(written?.expiresAt ?? 0)
      expect(await fact('a')).toBeUndefined()
      expect(await found('gone')).toEqual([])
      expect((await store.query({ collection: 'observations', order: 'newest', limit: 10 })).records).toEqual([])
      expect((await store.write([set('a', 2, { ifVersion: 0 })])).ok).toBe(true)
    })

    it('sweeps expired records in batches', async () => {
      const written = await write(...['a', 'b', 'c'].map((id) => set(id, 1, { ttlMs: 5 })), set('d', 1))
      await until(written[2]?.expiresAt ?? 0)
      expect(await store.sweep(2)).toBe(2)
      expect(await store.sweep(2)).toBe(1)
      expect((await fact('d'))?.value).toBe('1')
    })

    it('prolongs a record without a new version or change', async () => {
      const [first] = await write(set('a', 1, { ttlMs: 1_000 }))
      await write({ type: 'touch', key: { collection: 'facts', id: 'a' }, ifVersion: 1, ttlMs: 60_000 })
      const record = await fact('a')
      expect(record?.version).toBe(1)
      expect(record?.expiresAt).toBeGreaterThan((first?.expiresAt ?? 0) + 50_000)
      expect((await store.changes(0, 10)).last).toBe(1)
    })

    it('ends by a touch that is long over, with what is written at the same time and unheard', async () => {
      await write(set('old', 1))
      await write(set('kept', 1))
      const touch = { type: 'touch', key: { collection: 'facts', id: 'old' }, ifVersion: 1, ttlMs: -1e9 } as const
      expect((await store.write([set('sum', 1, { ifVersion: 1 }), touch])).ok).toBe(false)
      expect(await fact('old')).toBeDefined()
      await write(set('sum', 1, { ifVersion: 0 }), touch)
      expect(await fact('old')).toBeUndefined()
      expect((await store.write([set('sum', 2), touch])).ok).toBe(false)
      while ((await store.sweep(10)) > 0);
      const { records } = await store.query({ collection: 'facts', order: 'oldest', limit: 10 })
      expect(records.map(({ id, value }) => [id, value])).toEqual([
        ['kept', '1'],
        ['sum', '1'],
      ])
      expect((await store.changes(0, 10)).changes.map(({ id }) => id)).toEqual(['old', 'kept', 'sum'])
    })

    it('keeps what is to live for as long as can be said', async () => {
      const ttlMs = Number.MAX_SAFE_INTEGER
      const [written] = await write(set('a', 1, { ttlMs }))
      expect(await fact('a')).toMatchObject({ value: '1', expiresAt: written?.expiresAt })
      expect(written?.expiresAt).toBeGreaterThanOrEqual(ttlMs)
      await write({ type: 'touch', key: { collection: 'facts', id: 'a' }, ifVersion: 1, ttlMs })
      expect((await fact('a'))?.expiresAt).toBeGreaterThanOrEqual(ttlMs)
    })

    it('refuses to prolong what was lost', async () => {
      const [written] = await write(set('a', 1, { ttlMs: 5 }))
      await until(written?.expiresAt ?? 0)
      const touch = { type: 'touch', key: { collection: 'facts', id: 'a' }, ifVersion: 1, ttlMs: 60_000 } as const
      expect((await store.write([touch])).ok).toBe(false)
    })
  })

  describe('lists', () => {
    beforeEach(async () => {
      for (const index of [1, 2, 3, 4, 5]) {
        const more = {
          task: index % 2 ? 'odd' : 'even',
          author: index === 5 ? 'bob' : 'ann',
          tags: index > 3 ? ['late', `n${index}`] : [],
        }
        await write(observe(`o${index}`, `entry ${index}`, more))
      }
    })
    const ids = async (query: Partial<Parameters<Store['query']>[0]>): Promise<string[]> => {
      const page = await store.query({ collection: 'observations', order: 'newest', limit: 10, ...query })
      return page.records.map(({ id }) => id)
    }

    it('filters by any mix of task, author and tags', async () => {
      expect(await ids({})).toEqual(['o5', 'o4', 'o3', 'o2', 'o1'])
      expect(await ids({ order: 'oldest', task: 'odd' })).toEqual(['o1', 'o3', 'o5'])
      expect(await ids({ notAuthor: 'ann' })).toEqual(['o5'])
      expect(await ids({ author: 'ann', tags: ['late'] })).toEqual(['o4'])
      expect(await ids({ tags: ['late', 'n5'], task: 'odd' })).toEqual(['o5'])
      expect(await ids({ tags: ['late', 'n5'], task: 'even' })).toEqual([])
    })

    it('filters by time', async () => {
      const [middle] = await store.read([{ collection: 'observations', id: 'o3' }])
      expect(await ids({ until: middle?.updatedAt })).not.toContain('o3')
      expect(await ids({ since: middle?.updatedAt })).toContain('o3')
    })

    it('pages without gaps or repeats while entries are added', async () => {
      const query = { collection: 'observations', order: 'newest', limit: 2 } as const
      const first = await store.query(query)
      await write(observe('o6', 'entry 6'))
      const second = await store.query({ ...query, after: first.next })
      const third = await store.query({ ...query, after: second.next })
      expect([first, second, third].flatMap((page) => page.records.map(({ id }) => id))).toEqual([
        'o5',
        'o4',
        'o3',
        'o2',
        'o1',
      ])
      expect(third.next).toBeUndefined()
    })

    it.each(['oldest', 'newest'] as const)('hold (%s) what is rewritten all the time', async (order) => {
      const all = Array.from({ length: 50 }, (_, n) => n)
      await Promise.all(all.map((n) => write(set(`f${n}`, 1))))
      let isOn = true
      const rewriting = (async () => {
        for (let n = 0; isOn; n += 7) await write(set(`f${n % 50}`, 1))
      })()
      try {
        for (let round = 0; round < 20; round += 1) {
          const page = await store.query({ collection: 'facts', order, limit: 100 })
          expect(new Set(page.records.map(({ id }) => id)).size).toBe(50)
          expect(page.records).toHaveLength(50)
        }
      } finally {
        isOn = false
        await rewriting
      }
    })

    it('finds what was made from an object', async () => {
      const key = { collection: 'objects', id: 'child' } as const
      await write({ type: 'set', key, value: '{}', meta: { ...meta, derivedFrom: ['mother', 'father'] } })
      const uses = async (derivedFrom: string) =>
        (await store.query({ collection: 'objects', derivedFrom, order: 'oldest', limit: 10 })).records.map(
          ({ id }) => id,
        )
      expect(await uses('mother')).toEqual(['child'])
      expect(await uses('stranger')).toEqual([])
      await write({ type: 'delete', key, author: 'ann' })
      expect(await uses('mother')).toEqual([])
    })

    it('shows an audience only what it may see', async () => {
      await write(observe('secret', 'entry secret', { sensitivity: 'confidential' }))
      await write(observe('money', 'entry money', { compartments: ['finance'] }))
      const audience = { level: 'internal', compartments: [] } as const
      expect(await ids({ audience })).toEqual(['o5', 'o4', 'o3', 'o2', 'o1'])
      expect(await ids({ audience: { level: 'public', compartments: ['finance'] } })).toContain('money')
      expect((await found('entry', { audience })).toSorted()).toEqual(['o1', 'o2', 'o3', 'o4', 'o5'])
    })
  })

  describe('search', () => {
    it('finds words by their stem, best match first', async () => {
      await write(observe('a', 'The company raises prices'), observe('b', 'Price lists'), observe('c', 'Nothing here'))
      expect(await found('raised the price')).toEqual(['a', 'b'])
    })

    it.each([undefined, 't'])('counts only what passes the filter, and ranks by that (task %j)', async (task) => {
      const audience = { level: 'public', compartments: [] } as const
      const terms = queryTerms('price duck')
      const search = () => store.search({ collection: 'observations', terms, limit: 10, audience, task })
      await write(observe('a', 'price', { task }), observe('b', 'price', { task }), observe('c', 'duck', { task }))
      const before = await search()
      expect(before.records.map(({ id }) => id)).toEqual(['c', 'b', 'a'])
      expect(before).toMatchObject({ frequencies: [2, 1], matches: 3 })
      for (let index = 0; index < 20; index += 1) {
        await write(observe(`s${index}`, 'duck', { task, sensitivity: 'internal' }))
        await write(observe(`x${index}`, 'duck', { task, compartments: ['x'] }))
      }
      expect(await search()).toEqual(before)
    })

    it('finds the same in a task of many records as in one of few', async () => {
      for (let from = 0; from < 3_000; from += 1_000) {
        await write(
          ...Array.from({ length: 1_000 }, (_, index) => observe(`m${from + index}`, 'common', { task: 'many' })),
        )
      }
      await write(observe('rare', 'common rarity', { task: 'many' }), observe('other', 'rarity', { task: 'few' }))
      expect(await found('rarity', { task: 'many' })).toEqual(['rare'])
      expect(await found('rarity', { task: 'few' })).toEqual(['other'])
      expect((await found('rarity common', { task: 'many' }))[0]).toBe('rare')
    })

    it('follows rewrites and deletes', async () => {
      await write(observe('a', 'apples'))
      await write(observe('a', 'pears'))
      expect([await found('apples'), await found('pears')]).toEqual([[], ['a']])
      await write({ type: 'delete', key: { collection: 'observations', id: 'a' }, author: 'ann' })
      expect(await found('pears')).toEqual([])
    })

    it.each([
      '',
      ' ',
      '"',
      '* OR',
      'NEAR(',
      'a AND',
      'text:x',
      '-x',
      '^',
      '\0',
      '🦆',
      '\ud800',
      "'",
      '(((',
      'x'.repeat(100_000),
    ])('accepts %j as a query', async (text) => {
      await write(observe('a', 'a duck 🦆 and text'))
      await expect(found(text)).resolves.toBeInstanceOf(Array)
    })
  })

  describe('feed', () => {
    it('lists every change in order, from any position', async () => {
      await write(set('a', 1), set('b', 1))
      await write({ type: 'delete', key: { collection: 'facts', id: 'a' }, author: 'bob' })
      const { changes, last, trimmed } = await store.changes(1, 10)
      expect({ last, trimmed }).toEqual({ last: 3, trimmed: false })
      expect(changes).toMatchObject([
        { seq: 2, op: 'set', collection: 'facts', id: 'b', version: 1, author: 'ann' },
        { seq: 3, op: 'delete', collection: 'facts', id: 'a', version: 2, author: 'bob' },
      ])
      expect((await store.changes(0, 1)).changes).toHaveLength(1)
    })

    it('calls back after changes, in order', async () => {
      const seen: Change[] = []
      const unwatch = store.watch((change) => seen.push(change))
      await Promise.all(['a', 'b', 'c'].map((id) => write(set(id, 1))))
      await expect.poll(() => seen.map(({ seq }) => seq)).toEqual([1, 2, 3])
      unwatch()
      await write(set('d', 1))
      expect(seen).toHaveLength(3)
    })

    it.skipIf(!options.reopen)('tells of changes that another process made', async () => {
      const other = await (await options.reopen?.())?.open('space', 'writer')
      const told = new Promise<Change>((resolve) => store.watch(resolve))
      await other?.write([set('a', 1)])
      expect(await told).toMatchObject({ seq: 1, id: 'a' })
      await other?.[Symbol.asyncDispose]()
    })
  })

  describe('objects', () => {
    const bytes = new Uint8Array([0, 1, 2, 250, 255])

    it('keeps bytes under their name', async () => {
      await store.objects.put('h', bytes)
      await store.objects.put('h', bytes)
      expect([...((await store.objects.get('h')) ?? [])]).toEqual([...bytes])
      expect([...((await store.objects.get('h', { start: 1, end: 3 })) ?? [])]).toEqual([1, 2])
      expect([await store.objects.has('h'), await store.objects.has('no')]).toEqual([true, false])
      expect(await store.objects.get('no')).toBeUndefined()
      await store.objects.delete('h')
      expect(await store.objects.has('h')).toBe(false)
    })

    it('keeps an empty one', async () => {
      await store.objects.put('e', new Uint8Array())
      expect(await store.objects.get('e')).toHaveLength(0)
    })
  })

  describe('lifetime', () => {
    it('closes twice without harm', async () => {
      const other = await driver.open('space', 'writer')
      await other[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
      expect((await write(set('a', 1)))[0]?.version).toBe(1)
    })

    it.skipIf(!options.reopen)('keeps everything for the next opening', async () => {
      await write(set('a', 1), observe('o', 'remember me'))
      await store.objects.put('h', new Uint8Array([1]))
      await store[Symbol.asyncDispose]()
      const reopened = (await options.reopen?.()) as StoreDriver
      store = await reopened.open('space', 'writer')
      expect((await fact('a'))?.value).toBe('1')
      expect(await found('remember')).toEqual(['o'])
      expect(await store.objects.has('h')).toBe(true)
      expect((await write(set('a', 2)))[0]).toMatchObject({ version: 2, seq: 3 })
    })
  })
}

import { beforeEach, expect, it } from 'vitest'

import type { Store } from '../../store/store.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, meta, observe, set } from './fresh-store.ts'

/** Lists in order, page by page. */
export function storeListsCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { write, found } = fresh

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
    const page = await fresh.store.query({ collection: 'observations', order: 'newest', limit: 10, ...query })
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
    const [middle] = await fresh.store.read([{ collection: 'observations', id: 'o3' }])
    expect(await ids({ until: middle?.updatedAt })).not.toContain('o3')
    expect(await ids({ since: middle?.updatedAt })).toContain('o3')
  })

  it('pages without gaps or repeats while entries are added', async () => {
    const query = { collection: 'observations', order: 'newest', limit: 2 } as const
    const first = await fresh.store.query(query)
    await write(observe('o6', 'entry 6'))
    const second = await fresh.store.query({ ...query, after: first.next })
    const third = await fresh.store.query({ ...query, after: second.next })
    expect([first, second, third].flatMap((page) => page.records.map(({ id }) => id))).toEqual([
      'o5',
      'o4',
      'o3',
      'o2',
      'o1',
    ])
    expect(third.next).toBeUndefined()
  })

  it.each(['oldest', 'newest'] as const)(
    'names no next page (%s) after a last one that is exactly full',
    async (order) => {
      for (const limit of [5, 1]) {
        let after: number | undefined
        for (let seen = limit; seen <= 5; seen += limit) {
          const page = await fresh.store.query({ collection: 'observations', order, limit, after })
          expect(page.records).toHaveLength(limit)
          expect(page.next).toEqual(seen === 5 ? undefined : page.records.at(-1)?.seq)
          after = page.next
        }
      }
      // What the filter leaves out is no further page either.
      const filtered = { collection: 'observations', order, limit: 3, task: 'odd' } as const
      expect(await fresh.store.query(filtered)).toMatchObject({ records: [{}, {}, {}] })
      expect((await fresh.store.query(filtered)).next).toBeUndefined()
    },
  )

  it.each(['oldest', 'newest'] as const)(
    'list (%s) each record once while records are rewritten all the time',
    async (order) => {
      const all = Array.from({ length: 50 }, (_, n) => n)
      await Promise.all(all.map((n) => write(set(`f${n}`, 1))))
      let isOn = true
      const rewriting = (async () => {
        for (let n = 0; isOn; n += 7) await write(set(`f${n % 50}`, 1))
      })()
      try {
        for (let round = 0; round < 20; round += 1) {
          const page = await fresh.store.query({ collection: 'facts', order, limit: 100 })
          expect(new Set(page.records.map(({ id }) => id)).size).toBe(50)
          expect(page.records).toHaveLength(50)
        }
      } finally {
        isOn = false
        await rewriting
      }
    },
  )

  it('finds records that are derived from an object', async () => {
    const key = { collection: 'objects', id: 'child' } as const
    await write({ type: 'set', key, value: '{}', meta: { ...meta, derivedFrom: ['mother', 'father'] } })
    const uses = async (derivedFrom: string) =>
      (await fresh.store.query({ collection: 'objects', derivedFrom, order: 'oldest', limit: 10 })).records.map(
        ({ id }) => id,
      )
    expect(await uses('mother')).toEqual(['child'])
    expect(await uses('stranger')).toEqual([])
    await write({ type: 'delete', key, author: 'ann' })
    expect(await uses('mother')).toEqual([])
  })

  it('lists what is derived from any of many sources, each record once, in order and page by page', async () => {
    const from = (name: string, ...derivedFrom: string[]) => write(observe(name, name, { derivedFrom }))
    for (const n of [1, 2, 3, 4]) await from(`child${n}`, `parent${n}`, `parent${n + 1}`)
    await from('stranger', 'nobody')
    const anySource = new Set(['parent2', 'parent4', ...Array.from({ length: 500 }, (_, n) => `absent${n}`)])
    const query = { collection: 'observations', anySource } as const
    expect(await ids({ ...query, order: 'oldest' })).toEqual(['child1', 'child2', 'child3', 'child4'])
    expect(await ids({ ...query, task: 'none' })).toEqual([])
    expect(await ids({ collection: 'observations', anySource: new Set() })).toEqual([])
    const first = await fresh.store.query({ ...query, order: 'newest', limit: 3 })
    expect(first.records.map(({ id }) => id)).toEqual(['child4', 'child3', 'child2'])
    const second = await fresh.store.query({ ...query, order: 'newest', limit: 3, after: first.next })
    expect(second.records.map(({ id }) => id)).toEqual(['child1'])
    expect(second.next).toBeUndefined()
  })

  it('lists by name, in the order of code points', async () => {
    const names = [
      'a',
      'a/',
      'a/1',
      'a/10',
      'a/2',
      'a/\u{FFFD}',
      'a/\u{1F600}',
      'a0',
      'b',
      'ä',
      '\u{10FFFF}',
      '\u{10FFFF}b',
    ]
    await Promise.all(names.toSorted().map((id) => write(set(id, 1))))
    await write(set('a/gone', 1))
    await write({ type: 'delete', key: { collection: 'facts', id: 'a/gone' }, author: 'ann' })
    await write(set('a/2', 2))
    const listed = async (query: { prefix: string; after?: string; limit?: number; task?: string }) => {
      const { records, next } = await fresh.store.list({ collection: 'facts', limit: 100, ...query })
      return [...records.map(({ id }) => id), ...(next === undefined ? [] : [{ next }])]
    }
    expect(await listed({ prefix: '' })).toEqual(names)
    expect(await listed({ prefix: 'a/' })).toEqual(names.slice(1, 7))
    expect(await listed({ prefix: '\u{10FFFF}' })).toEqual(names.slice(-2))
    expect(await listed({ prefix: 'a/', limit: 3 })).toEqual(['a/', 'a/1', 'a/10', { next: 'a/10' }])
    expect(await listed({ prefix: 'a/', limit: 3, after: 'a/10' })).toEqual(names.slice(4, 7))
    expect(await listed({ prefix: 'a/', after: 'ä' })).toEqual([])
    expect(await listed({ prefix: 'b', after: 'a/1' })).toEqual(['b'])
    expect(await listed({ prefix: 'nothing' })).toEqual([])
    expect(await listed({ prefix: '', task: 'none' })).toEqual([])
    // Of other kinds of record, too.
    const page = await fresh.store.list({ collection: 'observations', prefix: 'o', limit: 2, author: 'ann' })
    expect([page.records.map(({ id }) => id), page.next]).toEqual([['o1', 'o2'], 'o2'])
  })

  it('lists by name each record that is there all the time once, while others come, go and are rewritten', async () => {
    const all = Array.from({ length: 60 }, (_, n) => `k${String(n).padStart(3, '0')}`)
    await Promise.all(all.map((id) => write(set(id, 1))))
    let isOn = true
    const writing = (async () => {
      for (let n = 0; isOn; n += 7) {
        await write(set(all[n % 60] as string, 1))
        const key = { collection: 'facts', id: `${all[n % 60]}+` } as const
        await write(n % 2 ? set(key.id, 1) : { type: 'delete', key, author: 'ann' })
      }
    })()
    try {
      for (let round = 0; round < 10; round += 1) {
        const listed: string[] = []
        let after: string | undefined
        do {
          const page = await fresh.store.list({ collection: 'facts', prefix: 'k', limit: 7, after })
          listed.push(...page.records.map(({ id }) => id))
          after = page.next
        } while (after !== undefined)
        expect(listed.filter((id) => !id.endsWith('+'))).toEqual(all)
        expect(listed).toEqual(listed.toSorted())
      }
    } finally {
      isOn = false
      await writing
    }
  })

  it('shows an audience only what it may see', async () => {
    await write(observe('secret', 'entry secret', { sensitivity: 'confidential' }))
    await write(observe('money', 'entry money', { compartments: ['finance'] }))
    const audience = { level: 'internal', compartments: [] } as const
    expect(await ids({ audience })).toEqual(['o5', 'o4', 'o3', 'o2', 'o1'])
    expect(await ids({ audience: { level: 'public', compartments: ['finance'] } })).toContain('money')
    const named = await fresh.store.list({ collection: 'observations', prefix: '', limit: 5, audience })
    expect([named.records.map(({ id }) => id), named.next]).toEqual([['o1', 'o2', 'o3', 'o4', 'o5'], undefined])
    expect((await found('entry', { audience })).toSorted()).toEqual(['o1', 'o2', 'o3', 'o4', 'o5'])
  })
}

import { expect, it } from 'vitest'

import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, set, meta } from './fresh-store.ts'

/** Versions, guards and audiences that a write names. */
export function storeConditionsCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { fact, write } = fresh

  it('refuses a stale version and says what is there', async () => {
    await write(set('a', 1))
    await write(set('a', 2))
    const commit = await fresh.store.write([set('a', 3, { ifVersion: 1 })])
    expect(commit).toMatchObject({
      ok: false,
      refusal: { index: 0, reason: 'version', current: { version: 2, value: '2' } },
    })
    expect((await fact('a'))?.value).toBe('2')
  })

  it('takes version 0 as "only if absent"', async () => {
    expect((await fresh.store.write([set('a', 1, { ifVersion: 0 })])).ok).toBe(true)
    expect((await fresh.store.write([set('a', 2, { ifVersion: 0 })])).ok).toBe(false)
  })

  it('applies a batch wholly or not at all', async () => {
    await write(set('a', 1))
    const commit = await fresh.store.write([set('b', 1), set('a', 2, { ifVersion: 7 }), set('c', 1)])
    expect(commit).toMatchObject({ ok: false, refusal: { index: 1 } })
    expect(await fact('b')).toBeUndefined()
    expect((await fresh.store.changes(0, 10)).last).toBe(1)
  })

  it('takes a batch of nothing as done, and others of its turn as they are', async () => {
    expect(await fresh.store.write([])).toEqual({ ok: true, written: [] })
    const commits = await Promise.all([
      fresh.store.write([set('a', 1)]),
      fresh.store.write([]),
      fresh.store.write([set('b', 1)]),
    ])
    expect(commits).toMatchObject([{ written: [{ seq: 1 }] }, { written: [] }, { written: [{ seq: 2 }] }])
  })

  it('gives each of many writes of one turn its own outcome', async () => {
    const commits = await Promise.all(
      Array.from({ length: 20 }, (_, index) => fresh.store.write([set('a', index, { ifVersion: 0 })])),
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
    await fresh.store.sweep(100)
    expect((await write(set('a', 3)))[0]?.version).toBeGreaterThan(4)
  })

  it('lets a write hold only while another record stands at a version', async () => {
    const key = { collection: 'claims', id: 't1' } as const
    const [claim] = await write({ type: 'set', key, value: '{}', meta })
    const guard = { key, version: claim?.version ?? 0 }
    expect((await fresh.store.write([set('result', 1, { guard })])).ok).toBe(true)
    await write({ type: 'set', key, value: '{}', meta })
    expect(await fresh.store.write([set('result', 2, { guard })])).toMatchObject({
      ok: false,
      refusal: { reason: 'guard' },
    })
  })

  it('takes the delete of what is absent as done, unless a version was named', async () => {
    const key = { collection: 'facts', id: 'no' } as const
    expect(await fresh.store.write([{ type: 'delete', key, author: 'ann' }])).toMatchObject({
      ok: true,
      written: [{ version: 0 }],
    })
    expect((await fresh.store.write([{ type: 'delete', key, author: 'ann', ifVersion: 2 }])).ok).toBe(false)
  })
}

import { expect, it } from 'vitest'

import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, set, meta } from './fresh-store.ts'

/** Conditions of writes: versions, guards and audiences. */
export function storeConditionsCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { fact, write } = fresh

  it('refuses a stale version and returns the current record', async () => {
    await write(set('a', 1))
    await write(set('a', 2))
    const commit = await fresh.store.write([set('a', 3, { ifVersion: 1 })])
    expect(commit).toMatchObject({
      ok: false,
      refusal: { index: 0, reason: 'version', current: { version: 2, value: '2' } },
    })
    expect((await fact('a'))?.value).toBe('2')
  })

  it('treats version 0 as "only if absent"', async () => {
    expect((await fresh.store.write([set('a', 1, { ifVersion: 0 })])).ok).toBe(true)
    expect((await fresh.store.write([set('a', 2, { ifVersion: 0 })])).ok).toBe(false)
  })

  it('applies a batch entirely or not at all', async () => {
    await write(set('a', 1))
    const commit = await fresh.store.write([set('b', 1), set('a', 2, { ifVersion: 7 }), set('c', 1)])
    expect(commit).toMatchObject({ ok: false, refusal: { index: 1 } })
    expect(await fact('b')).toBeUndefined()
    expect((await fresh.store.changes(0, 10)).last).toBe(1)
  })

  it('accepts an empty batch, and applies other batches of the same turn', async () => {
    expect(await fresh.store.write([])).toEqual({ ok: true, written: [] })
    const commits = await Promise.all([
      fresh.store.write([set('a', 1)]),
      fresh.store.write([]),
      fresh.store.write([set('b', 1)]),
    ])
    expect(commits).toMatchObject([{ written: [{ seq: 1 }] }, { written: [] }, { written: [{ seq: 2 }] }])
  })

  it('gives each write of the same turn its own outcome', async () => {
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

  it('applies a guarded write only while the guarding record has the named version', async () => {
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

  it('checks a version, and that there is none, without changing anything', async () => {
    const [made] = await write(set('a', 1))
    const check = (id: string, ifVersion: number) => ({ type: 'check', key: set(id, 0).key, ifVersion }) as const
    const [noted, ...checked] = await write(set('b', 1), check('a', made?.version ?? 0), check('absent', 0))
    expect(checked).toMatchObject([
      { version: 0, seq: 0 },
      { version: 0, seq: 0 },
    ])
    expect(await fact('a')).toMatchObject({ version: made?.version, seq: made?.seq, value: '1' })
    expect(await fact('absent')).toBeUndefined()
    expect(await fresh.store.changes(0, 10)).toMatchObject({ changes: [{ id: 'a' }, { id: 'b' }], last: noted?.seq })

    const refused = await fresh.store.write([set('b', 2), check('a', 7)])
    expect(refused).toMatchObject({ ok: false, refusal: { index: 1, reason: 'version', current: { value: '1' } } })
    const isThere = await fresh.store.write([check('a', 0), set('b', 2)])
    expect(isThere).toMatchObject({ ok: false, refusal: { index: 0, reason: 'version', current: { value: '1' } } })
    const isAbsent = await fresh.store.write([check('absent', 1), set('b', 2)])
    expect(isAbsent).toMatchObject({ ok: false, refusal: { index: 0, reason: 'version', current: undefined } })
    expect((await fact('b'))?.value).toBe('1')
  })

  it('checks nothing that was deleted or has expired, as if it had never been', async () => {
    const [short] = await write(set('short', 1, { ttlMs: 1 }), set('gone', 1))
    await write({ type: 'delete', key: set('gone', 0).key, author: 'ann' })
    const check = (id: string, ifVersion: number) => ({ type: 'check', key: set(id, 0).key, ifVersion }) as const
    await until(() => fresh.store.now() > (short?.expiresAt ?? Infinity), '"short" expires')
    await write(check('short', 0), check('gone', 0))
    expect(await fresh.store.write([check('gone', 2)])).toMatchObject({ ok: false, refusal: { current: undefined } })
  })

  it('accepts a delete of an absent record unless it names a version', async () => {
    const key = { collection: 'facts', id: 'no' } as const
    expect(await fresh.store.write([{ type: 'delete', key, author: 'ann' }])).toMatchObject({
      ok: true,
      written: [{ version: 0 }],
    })
    expect((await fresh.store.write([{ type: 'delete', key, author: 'ann', ifVersion: 2 }])).ok).toBe(false)
  })
}

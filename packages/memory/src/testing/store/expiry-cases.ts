import { expect, it } from 'vitest'

import { limits } from '../../values/limits.ts'
import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, observe, set } from './fresh-store.ts'

/** Times to live. */
export function storeExpiryCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { fact, write, found } = fresh

  const passed = (at: number): Promise<void> => until(() => fresh.store.now() >= at, '"the time of the store goes on"')

  it('returns nothing that has expired, swept or not', async () => {
    const [written] = await write(set('a', 1, { ttlMs: 200 }), { ...observe('o', 'gone soon'), ttlMs: 200 })
    await passed(written?.expiresAt ?? 0)
    expect(await fact('a')).toBeUndefined()
    expect(await found('gone')).toEqual([])
    expect((await fresh.store.query({ collection: 'observations', order: 'newest', limit: 10 })).records).toEqual([])
    expect((await fresh.store.write([set('a', 2, { ifVersion: 0 })])).ok).toBe(true)
  })

  it('sweeps expired records in batches', async () => {
    const written = await write(...['a', 'b', 'c'].map((id) => set(id, 1, { ttlMs: 5 })), set('d', 1))
    await passed(written[2]?.expiresAt ?? 0)
    expect(await fresh.store.sweep(2)).toBe(2)
    expect(await fresh.store.sweep(2)).toBe(1)
    expect((await fact('d'))?.value).toBe('1')
  })

  it('extends the time to live without a new version or change', async () => {
    const [first] = await write(set('a', 1, { ttlMs: 1_000 }))
    await write({ type: 'touch', key: { collection: 'facts', id: 'a' }, ifVersion: 1, ttlMs: 60_000 })
    const record = await fact('a')
    expect(record?.version).toBe(1)
    expect(record?.expiresAt).toBeGreaterThan((first?.expiresAt ?? 0) + 50_000)
    expect((await fresh.store.changes(0, 10)).last).toBe(1)
  })

  it('expires a record by a touch with a negative time to live, atomically with its batch and without a change', async () => {
    await write(set('old', 1))
    await write(set('kept', 1))
    const touch = { type: 'touch', key: { collection: 'facts', id: 'old' }, ifVersion: 1, ttlMs: -1e9 } as const
    expect((await fresh.store.write([set('sum', 1, { ifVersion: 1 }), touch])).ok).toBe(false)
    expect(await fact('old')).toBeDefined()
    await write(set('sum', 1, { ifVersion: 0 }), touch)
    expect(await fact('old')).toBeUndefined()
    expect((await fresh.store.write([set('sum', 2), touch])).ok).toBe(false)
    await until(async () => (await fresh.store.sweep(10)) === 0, '"all that has expired is swept"')
    const { records } = await fresh.store.query({ collection: 'facts', order: 'oldest', limit: 10 })
    expect(records.map(({ id, value }) => [id, value])).toEqual([
      ['kept', '1'],
      ['sum', '1'],
    ])
    expect((await fresh.store.changes(0, 10)).changes.map(({ id }) => id)).toEqual(['old', 'kept', 'sum'])
  })

  it('accepts the longest possible time to live', async () => {
    const { ttlMs } = limits
    const [written] = await write(set('a', 1, { ttlMs }))
    expect(await fact('a')).toMatchObject({ value: '1', expiresAt: written?.expiresAt })
    expect(written?.expiresAt).toBeGreaterThanOrEqual(ttlMs)
    await write({ type: 'touch', key: { collection: 'facts', id: 'a' }, ifVersion: 1, ttlMs })
    expect((await fact('a'))?.expiresAt).toBeGreaterThanOrEqual(ttlMs)
  })

  it('refuses to extend an expired record', async () => {
    const [written] = await write(set('a', 1, { ttlMs: 5 }))
    await passed(written?.expiresAt ?? 0)
    const touch = { type: 'touch', key: { collection: 'facts', id: 'a' }, ifVersion: 1, ttlMs: 60_000 } as const
    expect((await fresh.store.write([touch])).ok).toBe(false)
  })
}

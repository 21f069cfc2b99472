import { afterEach, expect, it, vi } from 'vitest'

import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, set } from './fresh-store.ts'

const hour = 3_600_000

/** The wall clock of this process is set back. The time of a store continues. */
export function storeClockCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { fact, write } = fresh

  const setBack = (ms: number): void => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - ms })
  }
  afterEach(() => {
    vi.useRealTimers()
  })

  const passed = (at: number): Promise<void> => until(() => fresh.store.now() >= at, '"the time of the store goes on"')

  it('keeps what has expired expired, also for who opens the store later', async () => {
    const [written] = await write(set('a', 1, { ttlMs: 5 }))
    await passed(written?.expiresAt ?? 0)
    setBack(24 * hour)
    expect(await fact('a')).toBeUndefined()
    expect((await fresh.store.query({ collection: 'facts', order: 'newest', limit: 10 })).records).toEqual([])
    if (!options.reopen) return
    await using other = await (await options.reopen()).open('space', 'writer')
    expect(await other.read([{ collection: 'facts', id: 'a' }])).toEqual([undefined])
    expect((await other.write([set('a', 2, { ifVersion: 0 })])).ok).toBe(true)
  })

  it('never runs backwards, and stamps what is written later with a later time', async () => {
    const [first] = await write(set('a', 1))
    let last = fresh.store.now()
    for (const ms of [1, 50, hour, 24 * hour]) {
      setBack(ms)
      const now = fresh.store.now()
      expect(now).toBeGreaterThanOrEqual(last)
      last = now
    }
    const [second] = await write(set('a', 2))
    expect(second?.updatedAt).toBeGreaterThanOrEqual(first?.updatedAt ?? Infinity)
  })

  it('ends a lease that nobody renews in bounded time, and hands it out again', async () => {
    const key = { collection: 'claims', id: 't' } as const
    const [lease] = await write(set('', 'ann', { key, ttlMs: 1_000, ifVersion: 0 }))
    setBack(24 * hour)
    expect((await fresh.store.write([set('', 'bob', { key, ttlMs: 1_000, ifVersion: 0 })])).ok).toBe(false)
    await passed(lease?.expiresAt ?? 0)
    const [next] = await write(set('', 'bob', { key, ttlMs: 1_000, ifVersion: 0 }))
    expect(next?.version).toBeGreaterThan(lease?.version ?? Infinity)
  })

  it('renews a lease that is held', async () => {
    const key = { collection: 'claims', id: 't' } as const
    const [lease] = await write(set('', 'ann', { key, ttlMs: 60_000, ifVersion: 0 }))
    setBack(24 * hour)
    const [touched] = await write({ type: 'touch', key, ifVersion: lease?.version ?? 0, ttlMs: 60_000 })
    expect(touched?.expiresAt).toBeGreaterThanOrEqual(lease?.expiresAt ?? Infinity)
  })
}

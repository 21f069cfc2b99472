import { expect, it } from 'vitest'

import type { Mutation, SetMutation } from '../../store/mutation.ts'
import type { PastVersion } from '../../store/past.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, meta, observe, set } from './fresh-store.ts'

const all = { versions: Infinity }

/** What a store keeps of the versions that writes replace. */
export function storePastCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { write, fact } = fresh
  const keep = (id: string, value: unknown, more: Partial<SetMutation> = {}): SetMutation => {
    return set(id, value, { keeps: all, ...more })
  }
  const remove = (id: string, more: Partial<Mutation> = {}): Mutation => {
    return { type: 'delete', key: { collection: 'facts', id }, author: 'bob', ...more } as Mutation
  }
  const past = async (id: string): Promise<readonly PastVersion[]> => {
    return (await fresh.store.past([{ collection: 'facts', id }]))[0] ?? []
  }
  /** Versions and values, newest first. */
  const valuesOf = async (id: string): Promise<unknown[]> => {
    return (await past(id)).map(({ record, deleted }) => [
      record.version,
      deleted ? 'deleted' : JSON.parse(record.value),
    ])
  }

  it('keeps the versions that are replaced, exactly as they were', async () => {
    await write(keep('k', 1, { meta: { ...meta, task: 't', tags: ['a'], derivedFrom: ['s'], compartments: ['ü'] } }))
    const first = await fact('k')
    expect(await past('k')).toEqual([])
    await write(keep('k', 2, { meta: { ...meta, author: 'bob', sensitivity: 'internal' } }))
    const second = await fact('k')
    await write(keep('k', 3))
    const third = await fact('k')
    expect(await past('k')).toEqual([
      { record: second, deleted: false, until: third?.updatedAt },
      { record: first, deleted: false, until: second?.updatedAt },
    ])
    expect(await Array.fromAsync(fresh.store.verify())).toEqual([])
  })

  it('keeps who deleted a record, and what is written under its key later', async () => {
    await write(keep('k', 1))
    await write(remove('k', { keeps: all }))
    const [tombstone, first] = await past('k')
    expect(tombstone).toMatchObject({ deleted: true, record: { version: 2, author: 'bob', value: 'null' } })
    expect(tombstone?.until).toBe(tombstone?.record.updatedAt)
    expect(first).toMatchObject({ deleted: false, until: tombstone?.until, record: { version: 1 } })
    await write(keep('k', 3))
    await write(keep('k', 4))
    expect(await valuesOf('k')).toEqual([
      [3, 3],
      [2, 'deleted'],
      [1, 1],
    ])
    // Swept, the tombstone of the present leaves all of it.
    await write(remove('k', { keeps: all }))
    while ((await fresh.store.sweep(100)) > 0);
    expect(await valuesOf('k')).toHaveLength(5)
  })

  it('keeps nothing unless it is told to, and erases all with a delete that keeps nothing', async () => {
    await write(keep('k', 1), keep('other', 1), observe('o', 'x'))
    await write(keep('k', 2), keep('other', 2), { ...observe('o', 'y'), keeps: all })
    await write(set('k', 3))
    expect(await valuesOf('k')).toEqual([[1, 1]])
    expect(await fresh.store.past([{ collection: 'observations', id: 'o' }])).toEqual([[]])
    await write(remove('k'))
    expect(await valuesOf('k')).toEqual([])
    expect(await valuesOf('other')).toEqual([[1, 1]])
  })

  it('keeps nothing of a batch that is refused', async () => {
    await write(keep('k', 1))
    const batch = [keep('k', 2), keep('new', 1, { ifVersion: 7 })]
    expect(await fresh.store.write(batch)).toMatchObject({ ok: false })
    expect(await past('k')).toEqual([])
  })

  it('trims what is beyond the newest of each label, now and then', async () => {
    const hidden = { ...meta, sensitivity: 'confidential' } as const
    await write(keep('k', 'secret', { meta: hidden }))
    for (let value = 2; value <= 64; value += 1) await write(keep('k', value, { keeps: { versions: 3 } }))
    const kept = await valuesOf('k')
    // Writes above a clearance push nothing out that it covers, nor the other way round.
    expect(kept.at(-1)).toEqual([1, 'secret'])
    expect(kept.slice(0, 3)).toEqual([
      [63, 63],
      [62, 62],
      [61, 61],
    ])
    expect(kept.length).toBeLessThanOrEqual(3 + 32 + 1)
  })

  it('lists what has a past, by names in order, page by page', async () => {
    const ids = ['a', 'a\0', 'a\0\u0001', 'a\0b', 'ab', 'b', 'é', '𝄞']
    await write(...ids.map((id) => keep(id, 1)), keep('new', 1))
    await write(...ids.map((id) => keep(id, 2)))
    const list = async (prefix: string, limit: number): Promise<string[]> => {
      const found: string[] = []
      for (let after: string | undefined; ;) {
        const page = await fresh.store.pastIds({ collection: 'facts', prefix, limit, after })
        found.push(...page.ids)
        expect(page.ids.length).toBeLessThanOrEqual(limit)
        if (page.next === undefined) return found
        after = page.next
      }
    }
    expect(await list('', 3)).toEqual(ids)
    expect(await list('', 100)).toEqual(ids)
    expect(await list('a', 1)).toEqual(['a', 'a\0', 'a\0\u0001', 'a\0b', 'ab'])
    expect(await list('none', 10)).toEqual([])
    expect(await valuesOf('a')).toEqual([[1, 1]])
  })

  it('removes past versions, and stores them in another form', async () => {
    for (const value of [1, 2, 3, 4]) await write(keep('k', value))
    const before = await past('k')
    await fresh.store.changePast({ collection: 'facts', id: 'k' }, [
      { version: 1 },
      { version: 2, value: '~k1.sealed' },
      { version: 99 },
    ])
    expect(await past('k')).toEqual([
      before[0],
      { ...before[1], record: { ...before[1]?.record, value: '~k1.sealed' } },
    ])
    expect(await Array.fromAsync(fresh.store.verify())).toEqual([])
    await fresh.store.changePast({ collection: 'facts', id: 'k' }, [{ version: 2 }, { version: 3 }])
    expect(await fresh.store.pastIds({ collection: 'facts', prefix: '', limit: 10 })).toEqual({ ids: [] })
    expect(await fact('k')).toMatchObject({ version: 4 })
  })

  it('shows each past version to whoever verifies', async () => {
    for (const value of [1, 2, 3]) await write(keep('k', value))
    await write(remove('k', { keeps: all }))
    const seen: number[] = []
    const inspector = {
      record: () => undefined,
      object: () => undefined,
      past: ({ version }: { version: number }) => void seen.push(version),
    }
    expect(await Array.fromAsync(fresh.store.verify(inspector))).toEqual([])
    expect(seen.toSorted((a, b) => a - b)).toEqual([1, 2, 3])
  })
}

import { expect, it } from 'vitest'

import type { RecordMeta } from '../../store/record.ts'
import { limits } from '../../values/limits.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, meta, observe, set } from './fresh-store.ts'

/** Reads and writes of records. */
export function storeRecordsCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { fact, write } = fresh

  it('answers undefined for a key that was never written', async () => {
    expect(await fact('absent')).toBeUndefined()
  })

  it('returns a written record with all its metadata', async () => {
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
    const other = await fresh.driver.open('space2', 'writer')
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
    const records = await fresh.store.read(['b', 'no', 'a'].map((id) => ({ collection: 'facts', id }) as const))
    expect(records.map((record) => record?.value)).toEqual(['2', undefined, '1'])
  })

  it('reads a key that is asked for twice, twice', async () => {
    await write(set('a', 1), set('b', 2))
    const records = await fresh.store.read(
      ['a', 'b', 'a', 'no', 'a'].map((id) => ({ collection: 'facts', id }) as const),
    )
    expect(records.map((record) => record?.value)).toEqual(['1', '2', '1', undefined, '1'])
  })

  it('reads 200,000 keys at once', async () => {
    await write(set('k7', 7), set('k199999', 8))
    const keys = Array.from({ length: 200_000 }, (_, index) => ({ collection: 'facts', id: `k${index}` }) as const)
    const records = await fresh.store.read(keys)
    expect(records).toHaveLength(keys.length)
    expect(records.flatMap((record, index) => (record ? [[index, record.value]] : []))).toEqual([
      [7, '7'],
      [199_999, '8'],
    ])
  })

  it('writes as many records, tags and sources as the limits allow', async () => {
    const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`)
    const [tags, derivedFrom] = [names(limits.tags), names(limits.sources)]
    const full = set('full', 1, { meta: { ...meta, tags, compartments: names(limits.tags), derivedFrom } })
    const written = await write(full, ...names(limits.batch - 1).map((id) => set(id, 1)))
    expect(written.at(-1)?.seq).toBe(limits.batch)
    expect(await fact('full')).toMatchObject({ tags, derivedFrom })
    const query = { collection: 'facts', order: 'newest', limit: 10 } as const
    expect((await fresh.store.query({ ...query, tags })).records).toHaveLength(1)
    expect((await fresh.store.query({ ...query, derivedFrom: 'n9999' })).records).toHaveLength(1)
    expect((await fresh.store.changes(0, 2 * limits.batch)).changes).toHaveLength(limits.batch)
  })

  it('shows a write to another handle', async () => {
    await write(set('a', 1))
    const other = await fresh.driver.open('space', 'writer')
    expect((await other.read([{ collection: 'facts', id: 'a' }]))[0]?.value).toBe('1')
    await other[Symbol.asyncDispose]()
  })
}

import { expect, it } from 'vitest'

import type { RecordMeta } from '../../store/record.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, observe, set } from './fresh-store.ts'

/** Reads and writes of records. */
export function storeRecordsCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { fact, write } = fresh

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

  it('shows a write to another handle', async () => {
    await write(set('a', 1))
    const other = await fresh.driver.open('space', 'writer')
    expect((await other.read([{ collection: 'facts', id: 'a' }]))[0]?.value).toBe('1')
    await other[Symbol.asyncDispose]()
  })
}

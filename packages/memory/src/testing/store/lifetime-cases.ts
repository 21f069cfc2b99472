import { expect, it } from 'vitest'

import type { StoreDriver } from '../../store/store-driver.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, observe, set } from './fresh-store.ts'

/** Opening and closing. */
export function storeLifetimeCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)
  const { fact, write, found } = fresh

  it('closes twice without harm', async () => {
    const other = await fresh.driver.open('space', 'writer')
    await other[Symbol.asyncDispose]()
    await other[Symbol.asyncDispose]()
    expect((await write(set('a', 1)))[0]?.version).toBe(1)
  })

  it.skipIf(!options.reopen)('keeps everything for the next opening', async () => {
    await write(set('a', 1), observe('o', 'remember me'))
    await fresh.store.objects.put('h', new Uint8Array([1]))
    await fresh.store[Symbol.asyncDispose]()
    const reopened = (await options.reopen?.()) as StoreDriver
    fresh.store = await reopened.open('space', 'writer')
    expect((await fact('a'))?.value).toBe('1')
    expect(await found('remember')).toEqual(['o'])
    expect(await fresh.store.objects.has('h')).toBe(true)
    expect((await write(set('a', 2)))[0]).toMatchObject({ version: 2, seq: 3 })
  })
}

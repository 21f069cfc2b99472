import { expect, it } from 'vitest'

import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore } from './fresh-store.ts'

/** Bytes by name. */
export function storeObjectsCases(options: StoreContractOptions): void {
  const fresh = freshStore(options)

  const bytes = new Uint8Array([0, 1, 2, 250, 255])

  it('keeps bytes under their name', async () => {
    await fresh.store.objects.put('h', bytes)
    await fresh.store.objects.put('h', bytes)
    expect([...((await fresh.store.objects.get('h')) ?? [])]).toEqual([...bytes])
    expect([...((await fresh.store.objects.get('h', { start: 1, end: 3 })) ?? [])]).toEqual([1, 2])
    expect([await fresh.store.objects.has('h'), await fresh.store.objects.has('no')]).toEqual([true, false])
    expect(await fresh.store.objects.get('no')).toBeUndefined()
    await fresh.store.objects.delete('h')
    expect(await fresh.store.objects.has('h')).toBe(false)
  })

  it('keeps an empty one', async () => {
    await fresh.store.objects.put('e', new Uint8Array())
    expect(await fresh.store.objects.get('e')).toHaveLength(0)
  })
}

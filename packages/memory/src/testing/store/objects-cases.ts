import { expect, it } from 'vitest'

import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, set } from './fresh-store.ts'

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
    await fresh.store.objects.put('h.k1', bytes)
    expect((await fresh.store.objects.names()).toSorted()).toEqual(['h', 'h.k1'])
    await fresh.store.objects.delete('h')
    expect(await fresh.store.objects.has('h')).toBe(false)
    expect(await fresh.store.objects.names()).toEqual(['h.k1'])
  })

  it('stores bytes only if a check holds', async () => {
    const { objects } = fresh.store
    const { key } = set('a', 1)
    const check = (ifVersion: number) => ({ type: 'check', key, ifVersion }) as const
    expect(await objects.put('h', bytes, check(1))).toBe(false)
    expect(await objects.has('h')).toBe(false)
    expect(await objects.put('h', bytes, check(0))).toBe(true)
    const [made] = await fresh.write(set('a', 1))
    expect(await objects.put('i', bytes, check(0))).toBe(false)
    expect(await objects.put('i', bytes, check((made?.version ?? 0) + 1))).toBe(false)
    expect(await objects.has('i')).toBe(false)
    expect(await objects.put('i', bytes, check(made?.version ?? 0))).toBe(true)
    expect([...((await objects.get('i')) ?? [])]).toEqual([...bytes])
    await fresh.write({ type: 'delete', key, author: 'ann' })
    expect(await objects.put('j', bytes, check((made?.version ?? 0) + 1))).toBe(false)
    expect(await objects.put('j', bytes, check(0))).toBe(true)
  })

  it('stores an empty object', async () => {
    await fresh.store.objects.put('e', new Uint8Array())
    expect(await fresh.store.objects.get('e')).toHaveLength(0)
  })
}

import { expect, it } from 'vitest'

import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshStore, meta, set } from './fresh-store.ts'

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

  it('go with the last object that has them, in one step, and no object is there without them', async () => {
    const { objects } = fresh.store
    const hash = 'a'.repeat(64)
    const key = (id: string) => ({ collection: 'objects', id }) as const
    const needs = [hash, `${hash}.k1`]
    const put = (id: string) => fresh.store.write([{ type: 'set', key: key(id), value: '{}', meta, needs }])
    const drop = (id: string) => fresh.store.write([{ type: 'delete', key: key(id), author: 'ann', drops: needs }])
    expect(await put(hash)).toMatchObject({ ok: false, refusal: { index: 0, reason: 'content' } })
    expect(await fresh.store.read([key(hash)])).toEqual([undefined])
    await objects.put(`${hash}.k1`, bytes)
    expect(await put(hash)).toMatchObject({ ok: true })
    await objects.put(hash, bytes)
    expect(await put(`${hash}~internal+a/b`)).toMatchObject({ ok: true })
    expect(await put('b'.repeat(64))).toMatchObject({ ok: true })
    await drop(hash)
    expect(await objects.has(hash)).toBe(true)
    await drop(`${hash}~internal+a/b`)
    expect([await objects.has(hash), await objects.has(`${hash}.k1`)]).toEqual([false, false])
    expect(await put(hash)).toMatchObject({ refusal: { reason: 'content' } })
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

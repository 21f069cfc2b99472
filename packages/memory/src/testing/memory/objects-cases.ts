import { describe, expect, it } from 'vitest'

import type { Architecture } from '../../options.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann, bob } from './principals.ts'

/** Objects: content by reference, and lineage. In each architecture. */
export function objectsCases(options: StoreContractOptions): void {
  describe.each<Architecture>(['hybrid', 'centralized'])('%s', (architecture) => {
    const fresh = freshMemory(options, { architecture })

    it('keep text, data and bytes under the hash of their content', async () => {
      const { objects } = fresh.memory.as(ann)
      const text = await objects.put('naïve 😀')
      expect(text).toEqual({ id: expect.stringMatching(/^[\da-f]{64}$/), size: 11, mediaType: 'text/plain' })
      expect(await objects.get(text)).toBe('naïve 😀')
      const data = await objects.put({ a: [1] })
      expect(await objects.get(data)).toEqual({ a: [1] })
      const bytes = new Uint8Array([1, 2, 3])
      const ref = await objects.put(bytes)
      bytes[0] = 9
      expect([...(await objects.bytes(ref))]).toEqual([1, 2, 3])
      expect(await fresh.memory.as(bob).objects.put('naïve 😀')).toEqual(text)
      expect(await objects.get(await objects.put(''))).toBe('')
      await expect(objects.put('\ud800')).rejects.toMatchObject({ code: 'SKEIN_VALUE' })
      await expect(objects.get({ ...text, id: 'f'.repeat(64) })).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
    })

    it('are called what they were first called', async () => {
      const view = fresh.memory.as(ann)
      const page = await view.objects.put('the page', { title: 'https://example.com/' })
      expect(page).not.toHaveProperty('title')
      expect(await fresh.memory.as(bob).objects.put('the page', { title: 'another' })).toEqual(page)
      expect((await view.records.get('objects', page.id))?.value).toMatchObject({ title: 'https://example.com/' })
      const note = await view.objects.put('a note', { derivedFrom: [page] })
      expect(await view.objects.lineage(note, { direction: 'sources' })).toMatchObject([
        { ref: page, title: 'https://example.com/' },
      ])
      expect(await view.objects.lineage(page, { direction: 'uses' })).toMatchObject([{ title: undefined }])
      await expect(view.objects.put('x', { title: '' })).rejects.toMatchObject({ option: 'title' })
    })

    it('give every reader bytes of its own', async () => {
      const { objects } = fresh.memory.as(ann)
      const ref = await objects.put(new Uint8Array([1, 2, 3]))
      ;(await objects.bytes(ref))[0] = 9
      expect([...(await objects.bytes(ref))]).toEqual([1, 2, 3])
    })

    it('know what they were made from, both ways', async () => {
      const { objects } = fresh.memory.as(ann)
      const a = await objects.put('a')
      const b = await objects.put('b', { derivedFrom: [a] })
      const c = await objects.put('c', { derivedFrom: [b] })
      await fresh.memory.as(bob).objects.put('c', { derivedFrom: [a] })
      const walk = async (from: { id: string }, direction: 'sources' | 'uses') =>
        (await objects.lineage(from, { direction })).map(({ ref, distance }) => [ref.id, distance])
      expect(await walk(c, 'sources')).toEqual(
        expect.arrayContaining([
          [a.id, 1],
          [b.id, 1],
        ]),
      )
      expect(await walk(a, 'uses')).toEqual(
        expect.arrayContaining([
          [b.id, 1],
          [c.id, 1],
        ]),
      )
      expect(await walk(a, 'sources')).toEqual([])
    })

    it('are at least as sensitive as what they were made from', async () => {
      const boss = fresh.memory.as({ id: 'boss', role: 'boss', clearance: { level: 'confidential' } })
      const secret = await boss.objects.put('secret', { sensitivity: 'confidential' })
      const derived = await boss.objects.put('derived', { derivedFrom: [secret] })
      expect(await boss.objects.get(derived)).toBe('derived')
      const { objects } = fresh.memory.as(ann)
      expect(await objects.has(derived)).toBe(false)
      await expect(objects.get(derived)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
      await expect(objects.get({ ...derived, id: derived.id.slice(0, 64) })).rejects.toMatchObject({
        code: 'SKEIN_NOT_FOUND',
      })
      await expect(objects.put('mine', { derivedFrom: [secret] })).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
      const same = await objects.put('secret')
      expect(await objects.get(same)).toBe('secret')
    })
  })
}

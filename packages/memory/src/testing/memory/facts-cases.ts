import { describe, expect, it } from 'vitest'

import { openMemory } from '../../open-memory.ts'
import type { Architecture } from '../../options.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import { VersionConflictError } from '../../values/errors.ts'
import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann, bob } from './principals.ts'

/** Facts: versions, conflicts, updates and cached entries, in each architecture. */
export function factsCases(options: StoreContractOptions): void {
  describe.each<Architecture>(['hybrid', 'centralized'])('%s', (architecture) => {
    const fresh = freshMemory(options, { architecture })

    it('are visible to everyone as soon as they are written', async () => {
      const { facts } = fresh.memory.as(ann)
      expect(await facts.get('k')).toBeUndefined()
      const fact = await facts.set('k', { n: 1 }, { tags: ['x'], task: 't' })
      expect(fact).toMatchObject({ key: 'k', value: { n: 1 }, version: 1, author: 'ann', tags: ['x'], task: 't' })
      expect(await fresh.memory.as(bob).facts.get('k')).toEqual({ n: 1 })
      await fresh.memory.as(bob).facts.set('k', { n: 2 })
      expect(await facts.read('k')).toMatchObject({ version: 2, author: 'bob', value: { n: 2 } })
      await facts.delete('k')
      expect(await facts.get('k')).toBeUndefined()
    })

    it('tell when they are deleted whether they were there', async () => {
      const { facts } = fresh.memory.as({ ...ann, clearance: { level: 'internal' } })
      await facts.set('k', 1)
      await facts.set('secret', 1, { sensitivity: 'internal' })
      expect(await facts.delete('k')).toBe(true)
      expect(await facts.delete('k')).toBe(false)
      const guest = fresh.memory.as(bob)
      expect(await guest.facts.delete('secret')).toBe(false)
      expect(await facts.get('secret')).toBe(1)
    })

    it('are got together, and listed by the beginning of their keys, page by page', async () => {
      const { facts } = fresh.memory.as({ ...ann, clearance: { level: 'internal' } })
      for (const n of [3, 1, 2]) await facts.set(`prospect/${n}`, { n }, { tags: n === 2 ? ['warm'] : [] })
      await facts.set('prospects', 0)
      await facts.set('prospect/4', { n: 4 }, { sensitivity: 'internal' })
      expect(await facts.getMany(['prospect/2', 'none', 'prospect/1'])).toEqual([{ n: 2 }, undefined, { n: 1 }])
      const first = await facts.list<{ n: number }>({ prefix: 'prospect/', limit: 3 })
      expect(first.items.map(({ key, value, author }) => [key, value.n, author])).toEqual(
        [1, 2, 3].map((n) => [`prospect/${n}`, n, 'ann']),
      )
      const rest = await facts.list({ prefix: 'prospect/', limit: 3, cursor: first.cursor ?? '' })
      expect([rest.items.map(({ key }) => key), rest.cursor]).toEqual([['prospect/4'], undefined])
      const guest = fresh.memory.as(bob)
      const seen = await guest.facts.list({ prefix: 'prospect/', limit: 3 })
      expect([seen.items.length, seen.cursor]).toEqual([3, undefined])
      expect((await facts.list({ tags: ['warm'] })).items.map(({ key }) => key)).toEqual(['prospect/2'])
      await expect(facts.list({ limit: 0 })).rejects.toMatchObject({ code: 'SKEIN_OPTION', option: 'limit' })
      await expect(facts.getMany(['a', ''])).rejects.toMatchObject({ code: 'SKEIN_OPTION', option: 'keys' })
    })

    it('get another time to live when they are touched, for all who hold a copy', async () => {
      const other = await openMemory({ store: (await options.reopen?.()) ?? fresh.driver, architecture })
      const [mine, theirs] = [fresh.memory.as(ann), other.as(bob)]
      await mine.facts.set('k', 1, { ttlMs: 60_000 })
      const before = await theirs.facts.read('k')
      expect(await mine.facts.touch('k', { ttlMs: 600_000 })).toBe(true)
      const later = await mine.facts.read('k', { consistency: 'strong' })
      expect(later).toMatchObject({ value: 1, version: 1, author: 'ann' })
      expect(later?.expiresAt).toBeGreaterThan((before?.expiresAt ?? 0) + 500_000)
      // An earlier end is a write, so that copies elsewhere go.
      expect(await theirs.facts.touch('k', { ttlMs: 1 })).toBe(true)
      await until(async () => (await mine.facts.get('k')) === undefined, 'that it has ended')
      expect(await mine.facts.touch('k', { ttlMs: 1_000 })).toBe(false)
      await expect(mine.facts.touch('k', { ttlMs: 0 })).rejects.toMatchObject({ option: 'ttlMs' })
      await other.close()
    })

    it('report a conflict with both versions', async () => {
      const { facts } = fresh.memory.as(ann)
      const first = await facts.set('k', 1)
      await fresh.memory.as(bob).facts.set('k', 2)
      const refused = facts.set('k', 3, { ifVersion: first.version })
      await expect(refused).rejects.toBeInstanceOf(VersionConflictError)
      await expect(refused).rejects.toMatchObject({
        code: 'SKEIN_VERSION_CONFLICT',
        key: 'k',
        expected: 1,
        current: { version: 2, value: 2, author: 'bob' },
      })
      await expect(facts.set('k', 3, { ifVersion: 0 })).rejects.toMatchObject({ expected: 0 })
      await expect(facts.set('new', 3, { ifVersion: 4 })).rejects.toMatchObject({ expected: 4, current: undefined })
    })

    it('count 50 after 50 concurrent updates, from two memories', async () => {
      const other = await openMemory({ store: (await options.reopen?.()) ?? fresh.driver, architecture })
      const [mine, theirs] = [fresh.memory.as(ann), other.as(bob)]
      await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          (index % 2 ? mine : theirs).facts.update<number>('n', (n = 0) => n + 1),
        ),
      )
      expect(await fresh.memory.as(ann).facts.read('n', { consistency: 'strong' })).toMatchObject({
        value: 50,
        version: 50,
      })
      await other.close()
    })

    it('are isolated: a reader that changes its value affects no other reader', async () => {
      const { facts } = fresh.memory.as(ann)
      const input = { list: [1] }
      await facts.set('k', input)
      input.list.push(2)
      const mine = await facts.read<{ list: number[] }>('k')
      mine?.value.list.push(3)
      const shared = (await facts.get('k')) as { list: number[] }
      expect(() => shared.list.push(4)).toThrow(TypeError)
      await facts.update<{ list: number[] }>('other', () => shared)
      expect(await fresh.memory.as(bob).facts.get('k')).toEqual({ list: [1] })
      expect(facts.peek('k')).toEqual(architecture === 'hybrid' ? { list: [1] } : undefined)
    })

    it('keep a value exactly or refuse it', async () => {
      const { facts } = fresh.memory.as(ann)
      const odd = JSON.parse('{"__proto__": {"x": 1}, "": [null, true, -1.5e300, "\\ud800 \\u0000 😀"]}') as object
      await facts.set('odd', odd)
      const back = (await facts.read<object>('odd'))?.value
      expect(JSON.stringify(back)).toBe(JSON.stringify(odd))
      const cycle: { self?: unknown } = {}
      cycle.self = cycle
      for (const bad of [
        undefined,
        () => {},
        1n,
        Number.NaN,
        new Date(),
        new Map(),
        cycle,
        [undefined],
        { a: new Set() },
        Symbol('x'),
      ]) {
        await expect(facts.set('bad', bad)).rejects.toMatchObject({ code: 'SKEIN_VALUE' })
      }
      await expect(facts.set('bad', { a: { b: [1, new Date()] } })).rejects.toThrow('$.a.b[1]')
      expect(await facts.get('bad')).toBeUndefined()
    })

    it('keep keys separate that look alike when joined', async () => {
      const { facts } = fresh.memory.as(ann)
      const keys = [JSON.stringify(['x', 'y:z']), JSON.stringify(['x:y', 'z']), 'tenant/acme', 'tenant/acme-corp']
      for (const key of keys) await facts.set(key, key)
      for (const key of keys) expect(await facts.get(key)).toBe(key)
    })

    it('expire', async () => {
      const view = fresh.memory.as(ann)
      const { facts } = view
      const fact = await facts.set('k', 1, { ttlMs: 500 })
      expect(await facts.get('k')).toBe(1)
      await until(() => view.now() >= (fact.expiresAt ?? 0), '"the time of the store goes on"')
      expect([facts.peek('k'), await facts.get('k')]).toEqual([undefined, undefined])
    })

    it('are invisible above a clearance', async () => {
      const boss = fresh.memory.as({
        id: 'boss',
        role: 'boss',
        clearance: { level: 'confidential', compartments: ['finance'] },
      })
      await boss.facts.set('secret', 1, { sensitivity: 'confidential' })
      await boss.facts.set('money', 1, { compartments: ['finance'] })
      expect(await boss.facts.get('secret')).toBe(1)
      const { facts } = fresh.memory.as({ ...ann, clearance: { level: 'internal' } })
      for (const key of ['secret', 'money']) {
        expect([await facts.get(key), facts.peek(key), await facts.read(key)]).toEqual([
          undefined,
          undefined,
          undefined,
        ])
      }
      await expect(facts.set('x', 1, { sensitivity: 'confidential' })).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    })

    it.skipIf(!options.reopen)('see writes of another process, and invalidate the cached entry', async () => {
      const other = await openMemory({ store: (await options.reopen?.()) as StoreDriver, architecture })
      const { facts } = fresh.memory.as(ann)
      await facts.set('k', 1)
      expect(await facts.get('k')).toBe(1)
      const changes = fresh.memory.as(ann).watch('facts/k')[Symbol.asyncIterator]()
      const next = changes.next()
      await other.as(bob).facts.set('k', 2)
      expect((await next).value).toMatchObject({ version: 2, author: 'bob' })
      expect(await facts.get('k')).toBe(2)
      await changes.return?.()
      await other.close()
    })
  })
}

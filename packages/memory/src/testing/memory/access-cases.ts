import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { openMemory } from '../../open-memory.ts'
import type { Memory } from '../../memory.ts'
import { ReadScope } from '../../space/read-scope.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'

const low = { id: 'low', role: 'r' }
const high = { id: 'high', role: 'r', clearance: { level: 'confidential', compartments: ['finance'] } } as const

/** What nobody may see, change or launder without the clearance for it, on any store. */
export function accessCases(options: StoreContractOptions): void {
  let memory: Memory

  beforeEach(async () => {
    memory = await openMemory({ store: await options.create() })
  })
  afterEach(() => memory.close())

  describe('work done once', () => {
    it('can not be read or poisoned by naming another clearance in the key', async () => {
      await memory.as(high).once('payroll', () => 'secret')
      for (const key of [
        'payroll',
        'payroll~confidential+finance',
        'confidential+finance payroll',
        'confidential+finance~payroll',
      ]) {
        expect(await memory.as(low).once(key, () => 'own')).toMatchObject({ value: 'own', reused: false })
      }
      expect(await memory.as(high).once('payroll', () => 'poison')).toMatchObject({ value: 'secret', reused: true })
    })

    it('carries what it read to whoever uses its result', async () => {
      await memory.as(high).facts.set('s', 'secret', { sensitivity: 'confidential' })
      const inScope = async (work: (view: ReturnType<Memory['as']>) => Promise<unknown>): Promise<void> => {
        using scope = new ReadScope()
        await work(memory.as(high, scope))
      }
      await inScope((view) => view.once('w', () => view.facts.get('s')))
      await inScope(async (view) => view.facts.set('laundered', (await view.once('w', () => 'not run')).value))
      expect(await memory.as(low).facts.get('laundered')).toBeUndefined()
      expect(await memory.as(high).facts.get('laundered')).toBe('secret')
    })
  })

  describe('facts', () => {
    it('keep their label, tags, task and time to live through an update, and can only become more sensitive', async () => {
      const { facts } = memory.as(high)
      const about = { sensitivity: 'confidential', tags: ['pay'], task: 't', importance: 0.5, ttlMs: 60_000 } as const
      const first = await facts.set('salary', 100, about)
      const next = await facts.update<number>('salary', (pay = 0) => pay + 1)
      expect(next).toMatchObject({ value: 101, sensitivity: 'confidential', tags: ['pay'], task: 't', importance: 0.5 })
      expect(next.expiresAt).toBeLessThanOrEqual((first.expiresAt ?? 0) + 1_000)
      expect(await memory.as(low).facts.get('salary')).toBeUndefined()
      expect(await facts.update('salary', () => 1, { compartments: ['finance'] })).toMatchObject({
        sensitivity: 'confidential',
        compartments: ['finance'],
      })
    })

    it('above a clearance can not be replaced, deleted or read from a conflict', async () => {
      await memory.as(high).facts.set('secret', 'x', { sensitivity: 'confidential' })
      const { facts } = memory.as(low)
      const attempts = [
        () => facts.set('secret', 'y'),
        () => facts.set('secret', 'y', { ifVersion: 0 }),
        () => facts.update('secret', () => 'y'),
      ]
      for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
      for (const attempt of [
        () => facts.set('secret', 'y', { ifVersion: 1 }),
        () => facts.delete('secret', { ifVersion: 1 }),
      ]) {
        await expect(attempt()).rejects.toMatchObject({ code: 'SKEIN_VERSION_CONFLICT', current: undefined })
      }
      // As if there were none.
      await facts.delete('secret')
      expect(await memory.as(high).facts.get('secret')).toBe('x')
    })

    it('that a conflict told of count as read', async () => {
      await memory.as(high).facts.set('s', 'secret', { sensitivity: 'confidential' })
      using scope = new ReadScope()
      const { facts } = memory.as(high, scope)
      const conflict = (await facts.set('s', 1, { ifVersion: 7 }).catch((error: unknown) => error)) as {
        current: { value: string }
      }
      await facts.set('copied', conflict.current.value)
      expect(await memory.as(low).facts.get('copied')).toBeUndefined()
    })
  })

  describe('principals', () => {
    it.each([
      { id: '', role: 'r' },
      { id: 'a\ud800', role: 'r' },
      { id: 'a', role: '' },
      { id: 'a', role: 'r', clearance: { level: 'top' } },
      { id: 'a', role: 'r', clearance: { level: 'public', compartments: [''] } },
    ])('like %j are refused', (principal) => {
      expect(() => memory.as(principal as never)).toThrow(expect.objectContaining({ code: 'SKEIN_OPTION' }))
    })
  })
}

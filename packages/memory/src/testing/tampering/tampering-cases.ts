import { createCipheriv, createHmac, randomBytes } from 'node:crypto'

import { describe, expect, it } from 'vitest'

import { openMemory } from '../../open-memory.ts'
import { inspectSpace } from '../../sealing/inspect-space.ts'
import type { StoredRecord } from '../../store/record.ts'
import type { View } from '../../view.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { objectTamperingCases } from './object-tampering-cases.ts'
import { both, boss, corrupt, fact, k1, low, secret, tamperedMemory } from './tampered-memory.ts'

/** Each changes one thing that a seal binds. */
const changes: Readonly<Record<string, (record: StoredRecord) => Partial<StoredRecord>>> = {
  'lowered to public': () => ({ sensitivity: 'public', compartments: [] }),
  'without its compartment': () => ({ compartments: [] }),
  'lowered to internal': () => ({ sensitivity: 'internal' }),
  'in another compartment': () => ({ compartments: ['b'] }),
  'in one more compartment': () => ({ compartments: ['a', 'b'] }),
  'of another author': () => ({ author: 'low' }),
  'of another task': () => ({ task: 'other' }),
  'without a task': () => ({ task: undefined }),
  'with another tag': () => ({ tags: ['x', 'y'] }),
  'of another importance': () => ({ importance: 1 }),
  'with another source': ({ derivedFrom }) => ({ derivedFrom: [...derivedFrom, 'f'.repeat(64)] }),
  'of another version': ({ version }) => ({ version: version + 1 }),
  'at another position': ({ seq }) => ({ seq: seq + 1 }),
  'made earlier': ({ createdAt }) => ({ createdAt: createdAt - 1 }),
  'written later': ({ updatedAt }) => ({ updatedAt: updatedAt + 1 }),
  'with another tag of its position': ({ value }) => ({
    value: value.replace(/[0-9a-f]$/, (last) => (last === '0' ? '1' : '0')),
  }),
  'without the tag of its position': ({ value }) => ({ value: value.slice(0, value.lastIndexOf('.')) }),
}

const pay = (view: View, value: unknown = 'the pay'): Promise<unknown> =>
  view.facts.set('pay', value, { ...secret, task: 't', tags: ['x'], importance: 0.5 })

/** What becomes of sealed records that somebody changes who has the store, on any store that tests can reach so. */
export function tamperingCases(options: StoreContractOptions): void {
  const { tamper } = options
  if (!tamper) return
  const at = tamperedMemory(options, tamper)

  describe('a sealed record', () => {
    it('is an error for its reader when anything of it is changed, until it is written anew', async () => {
      const names = Object.keys(changes)
      const { facts } = at.memory.as(boss)
      await facts.set('other', 'another one', secret)
      for (const id of names) {
        await facts.set(id, 'the pay', { ...secret, task: 't', tags: ['x'], importance: 0.5 })
      }
      const records = await Promise.all(names.map((id) => at.stored(fact(id))))
      await at.memory.close()
      for (const record of records) await tamper.put('default', { ...record, ...changes[record.id]?.(record) })
      await at.reopen()
      await at.expectErrors(names)
      for (const id of names) {
        if ((await at.stored(fact(id))).sensitivity !== 'public')
          expect(await at.memory.as(low).facts.get(id)).toBeUndefined()
        else await expect(at.memory.as(low).facts.get(id)).rejects.toMatchObject(corrupt)
      }
      expect(await at.memory.as(boss).facts.get('other')).toBe('another one')
      for (const id of names) await at.memory.as(boss).facts.set(id, 'anew', secret)
      for (const id of names) expect(await at.memory.as(boss).facts.get(id)).toBe('anew')
      expect(await at.findings()).toEqual([])
    })

    it('may end at another time, as leases that are renewed do', async () => {
      await at.memory.as(boss).facts.set('brief', 'soon over', { ...secret, ttlMs: 60_000 })
      await at.change(fact('brief'), ({ expiresAt = 0 }) => ({ expiresAt: expiresAt + 60_000 }))
      expect(await at.memory.as(boss).facts.get('brief')).toBe('soon over')
      await using store = await at.driver.open('default', 'writer')
      const { version } = await at.stored(fact('brief'))
      await store.write([{ type: 'touch', key: fact('brief'), ifVersion: version, ttlMs: 90_000 }])
      await at.reopen()
      expect(await at.memory.as(boss).facts.get('brief')).toBe('soon over')
      expect(await at.findings()).toEqual([])
    })

    it('that was read before is an error as soon as it is no longer cached', async () => {
      await pay(at.memory.as(boss))
      expect(await at.memory.as(boss).facts.get('pay')).toBe('the pay')
      const record = await at.stored(fact('pay'))
      await tamper.put('default', { ...record, sensitivity: 'public', compartments: [] })
      await expect(at.memory.as(boss).facts.read('pay', { consistency: 'strong' })).rejects.toMatchObject(corrupt)
    })

    it('stays an error when everything is sealed with another key', async () => {
      await pay(at.memory.as(boss))
      await at.memory.as(boss).facts.set('other', 'another one', secret)
      await at.change(fact('pay'), () => ({ sensitivity: 'confidential', compartments: [] }))
      await at.reopen(both)
      await at.memory.reseal()
      await expect(at.memory.as(boss).facts.get('pay')).rejects.toMatchObject(corrupt)
      expect(await at.memory.as(boss).facts.get('other')).toBe('another one')
      expect((await at.stored(fact('other'))).value).toMatch(/^~k2\./)
    })
  })

  describe('an older record that was put back', () => {
    it('is an error for its reader as long as the feed knows the newer one', async () => {
      await pay(at.memory.as(boss), 'old')
      const old = await at.stored(fact('pay'))
      await pay(at.memory.as(boss), 'new')
      await at.change(fact('pay'), () => old)
      await at.expectErrors(['pay'])
      await pay(at.memory.as(boss), 'newest')
      expect(await at.memory.as(boss).facts.get('pay')).toBe('newest')
      expect(await at.findings()).toEqual([])
    })

    it.each(['deleted', 'declassified'])('after the present one was %s is an error too', async (what) => {
      const { facts } = at.memory.as(boss)
      await pay(at.memory.as(boss))
      const old = await at.stored(fact('pay'))
      if (what === 'deleted') await facts.delete('pay')
      else await facts.declassify('pay', { reason: 'It is known.' })
      await at.memory.close()
      await tamper.put('default', old)
      await at.reopen()
      await at.expectErrors(['pay'])
    })

    it('and sealed with a newer key, like all others, is an error too', async () => {
      await pay(at.memory.as(boss), 'old')
      const old = await at.stored(fact('pay'))
      await pay(at.memory.as(boss), 'new')
      await at.change(fact('pay'), () => old)
      await at.reopen(both)
      await at.memory.reseal()
      await expect(at.memory.as(boss).facts.get('pay')).rejects.toMatchObject(corrupt)
    })

    it('is told from records that are written while others read', async () => {
      const { facts } = at.memory.as(boss)
      await using other = await at.another()
      await Promise.all(['a', 'b'].map((id) => facts.set(id, 'first', secret)))
      let isOver = false
      const writing = (async () => {
        for (let round = 0; !isOver; round += 1) {
          await Promise.all(['a', 'b', 'c'].map((id) => facts.set(id, round, secret)))
          if (round % 5 === 0) await facts.delete('c')
          await new Promise((resolve) => setImmediate(resolve))
        }
      })()
      try {
        for (let round = 0; round < 60; round += 1) {
          const reads = ['a', 'b', 'c'].map((id) => other.as(boss).facts.read(id, { consistency: 'strong' }))
          await Promise.all(reads)
          expect(await at.listed(other)).toEqual(expect.arrayContaining(['a', 'b']))
        }
        expect(await Array.fromAsync(other.as(boss).verify())).toEqual([])
      } finally {
        isOver = true
        await writing
      }
    })
  })

  describe('where everything is sealed', () => {
    it('a plain value is an error for its reader, and no longer readable once everything is sealed anew', async () => {
      await pay(at.memory.as(boss))
      await at.change(fact('pay'), () => ({ value: '"forged"' }))
      await at.expectErrors(['pay'])
      await at.reopen(both)
      await at.memory.reseal()
      expect((await at.stored(fact('pay'))).value).toMatch(/^~k2\./)
      await expect(at.memory.as(boss).facts.get('pay')).rejects.toMatchObject(corrupt)
    })

    it('a plain value is an error for a process without a key, too', async () => {
      await pay(at.memory.as(boss))
      const record = await at.stored(fact('pay'))
      await at.memory.close()
      // Whoever opens the space with the key seals what is plain.
      await tamper.put('default', { ...record, value: '"forged"' })
      await at.reopen('none')
      await expect(at.memory.as(boss).facts.get('pay')).rejects.toMatchObject(corrupt)
      expect((await inspectSpace({ store: at.driver })).corruptions.map(({ id }) => id)).toContain('pay')
    })

    it('a value of the first form, which binds no label, is an error', async () => {
      await pay(at.memory.as(boss))
      const { version } = await at.stored(fact('pay'))
      const value = sealedInFirstForm(JSON.stringify('old form'), ['default', 'facts', 'pay', version])
      await at.change(fact('pay'), () => ({ value }))
      await at.expectErrors(['pay'])
    })
  })

  describe('records that were exchanged', () => {
    it('are errors, whether values or all of them', async () => {
      const { facts } = at.memory.as(boss)
      await facts.set('one', 1, secret)
      await facts.set('two', 2, secret)
      const [one, two] = [await at.stored(fact('one')), await at.stored(fact('two'))]
      await at.change(fact('one'), () => ({ value: two.value }))
      await at.change(fact('two'), () => ({ ...one, id: 'two' }))
      await at.expectErrors(['one', 'two'])
    })

    it('are errors in another collection or space', async () => {
      const { facts, decisions } = at.memory.as(boss)
      await facts.set('one', 1, secret)
      const { id } = await decisions.record({ task: 't', decision: 'yes', reasoning: 'so', ...secret })
      const decision = await at.stored({ collection: 'decisions', id })
      await at.change(fact('one'), ({ collection, id: own }) => ({ ...decision, collection, id: own }))
      await at.expectErrors(['one'])

      const encryption = { keys: { k1 }, current: 'k1' }
      await using other = await openMemory({ store: at.driver, space: 'other', encryption })
      await other.reseal()
      await other.as(boss).facts.set('two', 2, secret)
      await at.memory.as(boss).facts.set('two', 3, secret)
      const theirs = await at.stored(fact('two'), 'other')
      await at.change(fact('two'), () => theirs)
      await at.expectErrors(['two'])
    })
  })

  describe('an object', () => {
    objectTamperingCases(at, tamper)
  })
}

/** Seals text as the first version did, bound to the identity alone. */
function sealedInFirstForm(text: string, identity: readonly unknown[]): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', k1, nonce)
  cipher.setAAD(Buffer.from(JSON.stringify(identity)))
  const sealed = Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
  const check = createHmac('sha256', k1).update('skein key check').digest('hex').slice(0, 8)
  return `~k1.${check}.${sealed.toString('base64')}`
}

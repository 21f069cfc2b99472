import { randomBytes } from 'node:crypto'
import { MessageChannel } from 'node:worker_threads'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Principal } from '../../values/access.ts'
import { joinMemory } from '../../join-memory.ts'
import type { EncryptionOptions } from '../../sealing/encryption-options.ts'
import { openMemory } from '../../open-memory.ts'
import type { Memory } from '../../memory.ts'
import type { RecordKey, StoredRecord } from '../../store/record.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'

const high: Principal = { id: 'high', role: 'r', clearance: { level: 'confidential' }, rights: ['declassify'] }
const secret = { sensitivity: 'confidential' } as const
const k1 = randomBytes(32).toString('base64')
const k2 = randomBytes(32)
const first: EncryptionOptions = { keys: { k1 }, current: 'k1' }
const both: EncryptionOptions = { keys: { k1, k2 }, current: 'k2' }

/** How sensitive records are stored, on any store. */
export function sealingCases(options: StoreContractOptions): void {
  let driver: StoreDriver
  let memory: Memory

  beforeEach(async () => {
    driver = await options.create()
    memory = await openMemory({ store: driver, encryption: first })
  })
  afterEach(() => memory.close())

  const reopen = async (encryption?: EncryptionOptions): Promise<void> => {
    await memory.close()
    memory = await openMemory({ store: driver, ...(encryption && { encryption }) })
  }
  /** Reads records directly from the store. */
  const stored = async (...keys: RecordKey[]): Promise<(StoredRecord | undefined)[]> => {
    await using store = await driver.open('default', 'writer')
    return [...(await store.read(keys))]
  }
  const fact = (id: string): RecordKey => ({ collection: 'facts', id })

  describe('a sealed record', () => {
    it('is unreadable in the store and in no index, but reads as usual', async () => {
      const view = memory.as(high)
      await view.facts.set('pay', { amount: 4711 }, secret)
      await view.facts.set('open', 'plain')
      const noted = await view.observations.log({ task: 't', value: 'the red fox', ...secret })
      const [pay, open, observed] = await stored(fact('pay'), fact('open'), {
        collection: 'observations',
        id: noted.id,
      })
      expect(pay?.value).toMatch(/^~k1\.2-[0-9a-f]{8}\.[\w+/]+=*\.[0-9a-f]{40}$/)
      expect(observed?.value).toMatch(/^~k1\./)
      expect(open?.value).toBe('"plain"')
      expect(await view.facts.get('pay')).toEqual({ amount: 4711 })
      expect(await view.observations.search('fox')).toEqual([])
      expect((await view.observations.list({ task: 't' })).items[0]?.value).toBe('the red fox')
      await reopen(first)
      expect(await memory.as(high).facts.get('pay')).toEqual({ amount: 4711 })
    })

    it('has versions, conditions, updates and deletes as usual', async () => {
      const { facts } = memory.as(high)
      const made = await facts.set('n', 0, secret)
      await Promise.all(Array.from({ length: 20 }, () => facts.update<number>('n', (n = 0) => n + 1)))
      expect(await facts.read('n')).toMatchObject({
        value: 20,
        version: made.version + 20,
        sensitivity: 'confidential',
      })
      await expect(facts.set('n', 1, { ifVersion: 1, ...secret })).rejects.toMatchObject({ current: { value: 20 } })
      await facts.delete('n')
      const again = await facts.set('n', 1, { ...secret, ifVersion: 0 })
      expect(again.version).toBeGreaterThan(21)
      await Promise.all(Array.from({ length: 20 }, (_, value) => facts.set('n', value, secret)))
      expect(await facts.read('n', { consistency: 'strong' })).toMatchObject({ version: again.version + 20 })
    })

    it('works when a sweep has removed deleted keys, so that versions start elsewhere', async () => {
      const { observations, facts } = memory.as(high)
      // Resealing sweeps, too.
      await memory.reseal()
      for (let time = 0; time < 3; time += 1) await facts.set('gone', time, { ...secret, ttlMs: 1 })
      await observations.log({ value: 'short', ttlMs: 1, ...secret })
      await using store = await driver.open('default', 'writer')
      let gone = 0
      await until(async () => (gone += await store.sweep(10)) >= 2, '"sweep deletes the two expired records"')
      expect((await facts.set('gone', 'new', secret)).version).toBe(4)
      const logged = await Promise.all(Array.from({ length: 10 }, (_, value) => observations.log({ value, ...secret })))
      expect((await observations.list()).items.map(({ value }) => value)).toEqual(
        logged.map(({ value }) => value).toReversed(),
      )
    })

    it('can be opened in other threads', async () => {
      const { port1, port2 } = new MessageChannel()
      memory.connect(port1)
      await using thread = await joinMemory(port2)
      const ref = await thread.as(high).objects.put('the words', secret)
      await thread.as(high).facts.set('pay', 1, secret)
      expect(await memory.as(high).facts.get('pay')).toBe(1)
      expect(await thread.as(high).facts.get('pay')).toBe(1)
      expect(await thread.as(high).objects.get(ref)).toBe('the words')
    })

    it('can be an object, even if the same content is also stored as public', async () => {
      const view = memory.as(high)
      const sealed = await view.objects.put('the same words', secret)
      const hash = sealed.id.slice(0, 64)
      await using store = await driver.open('default', 'writer')
      expect([await store.objects.has(hash), await store.objects.has(`${hash}.k1`)]).toEqual([false, true])
      expect(Buffer.from((await store.objects.get(`${hash}.k1`)) ?? []).includes('the same words')).toBe(false)
      const open = await view.objects.put('the same words')
      expect(await store.objects.has(hash)).toBe(true)
      await reopen(first)
      expect(await memory.as(high).objects.get(sealed)).toBe('the same words')
      expect(await memory.as({ id: 'low', role: 'r' }).objects.get(open)).toBe('the same words')
    })

    it('can be a result of work, an alert, a decision or an escalation', async () => {
      const view = memory.as(high)
      await view.once('w', () => 'birdsong')
      await view.alerts.send({ to: ['bob'], insight: 'birdsong', ...secret })
      await view.decisions.record({ task: 't', decision: 'birdsong', reasoning: 'birdsong', ...secret })
      const escalation = await view.escalations.open({ task: 't', reason: 'birdsong', ...secret })
      await view.escalations.answer(escalation.id, 'birdsong')
      await using store = await driver.open('default', 'writer')
      for (const collection of ['work', 'alerts', 'decisions', 'escalations'] as const) {
        const { records } = await store.query({ collection, order: 'oldest', limit: 10 })
        expect(records.map(({ value }) => value.slice(0, 4))).toEqual(['~k1.'])
      }
      expect((await view.escalations.get(escalation.id)).answer).toBe('birdsong')
      expect((await view.decisions.list({ task: 't' })).items[0]?.value).toMatchObject({ reasoning: 'birdsong' })
    })

    it('loses its seal when it is declassified', async () => {
      await memory.as(high).facts.set('pay', 1, secret)
      await memory.as(high).facts.declassify('pay', { reason: 'agreed' })
      expect((await stored(fact('pay')))[0]?.value).toBe('1')
    })

    it('requires the configured level', async () => {
      await reopen({ ...first, from: 'internal' })
      const { facts } = memory.as(high)
      await facts.set('a', 1, { sensitivity: 'internal' })
      await facts.set('b', 1)
      const [a, b] = await stored(fact('a'), fact('b'))
      expect([a?.value.startsWith('~'), b?.value]).toEqual([true, '1'])
    })
  })

  describe('a sealed value', () => {
    /** Stores a value unchanged under a key, bypassing the memory. */
    const forge = async (value: string, id: string, versions = 1): Promise<void> => {
      await using store = await driver.open('default', 'writer')
      const meta = { author: 'eve', tags: [], derivedFrom: [], compartments: [], ...secret }
      for (let version = 1; version <= versions; version += 1)
        await store.write([{ type: 'set', key: fact(id), value, meta }])
    }

    it('does not open under another key, version or space, or when changed', async () => {
      const { facts } = memory.as(high)
      await facts.set('pay', 1, secret)
      const [record] = await stored(fact('pay'))
      const value = record?.value ?? ''
      await forge(value, 'other')
      await forge(value, 'later', 2)
      await forge(`${value.slice(0, -6)}AAAA==`, 'changed')
      for (const id of ['other', 'later', 'changed']) {
        await expect(facts.get(id)).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
      }
      await using space2 = await openMemory({ store: driver, space: 'space2', encryption: first })
      await using store = await driver.open('space2', 'writer')
      const meta = { author: 'eve', tags: [], derivedFrom: [], compartments: [], ...secret }
      await store.write([{ type: 'set', key: fact('pay'), value, meta }])
      await expect(space2.as(high).facts.get('pay')).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
      expect(await facts.get('pay')).toBe(1)
    })

    it('needs its key: without it, access fails with a clear error and changes nothing', async () => {
      await memory.reseal()
      await memory.as(high).facts.set('pay', 1, secret)
      await memory.as(high).facts.set('open', 1)
      const before = await stored(fact('pay'))
      const other = { keys: { k1: randomBytes(32) }, current: 'k1' }
      for (const encryption of [undefined, { keys: { k2 }, current: 'k2' }, other]) {
        const warnings: unknown[] = []
        const listen = (warning: Error): void => void warnings.push(warning)
        process.on('warning', listen)
        await reopen(encryption)
        const { facts } = memory.as(high)
        await expect(facts.get('pay')).rejects.toMatchObject({ code: 'SKEIN_KEY_MISSING', keyId: 'k1' })
        await expect(facts.update('pay', () => 2)).rejects.toMatchObject({ code: 'SKEIN_KEY_MISSING' })
        if (encryption) await expect(memory.reseal()).rejects.toMatchObject({ code: 'SKEIN_KEY_MISSING' })
        if (encryption?.current !== 'k2') {
          const written = facts.set('new', 1, secret)
          await expect(written).rejects.toMatchObject({ code: 'SKEIN_KEY_MISSING', keyId: 'k1' })
        }
        expect(await facts.get('open')).toBe(1)
        expect(await memory.as({ id: 'low', role: 'r' }).facts.get('pay')).toBeUndefined()
        await new Promise((resolve) => setImmediate(resolve))
        process.off('warning', listen)
        // A background reseal that fails emits a warning.
        if (encryption?.current === 'k2')
          expect(warnings).toContainEqual(expect.objectContaining({ code: 'SKEIN_KEY_MISSING' }))
      }
      expect(await stored(fact('pay'))).toEqual(before)
      await reopen(first)
      expect(await memory.as(high).facts.get('pay')).toBe(1)
    })

    it.each([
      [{ keys: { k1: 'c2hvcnQ=' }, current: 'k1' }],
      [{ keys: { k1 }, current: 'k2' }],
      [{ keys: { 'k.1': k1 }, current: 'k.1' }],
      [{ keys: { k1 }, current: 'k1', from: 'secret' }],
      [{ keys: {}, current: '' }],
    ])('is refused with invalid options, and the error does not contain a key', async (encryption) => {
      const refused = await openMemory({ store: driver, encryption: encryption as never }).catch(
        (error: unknown) => error,
      )
      expect(refused).toMatchObject({ code: 'SKEIN_OPTION' })
      expect(String(refused)).not.toContain(k1)
    })
  })

  describe('resealing', () => {
    it('moves everything to the current key during reads and writes, and changes no version', async () => {
      const view = memory.as(high)
      for (let index = 0; index < 300; index += 1) await view.facts.set(`f${index}`, index, secret)
      const ref = await view.objects.put('bytes of an object', secret)
      const noted = await view.observations.log({ value: 'noted', ...secret })
      const before = await stored(fact('f0'))
      await reopen(both)
      const { facts, objects, observations } = memory.as(high)
      const done = memory.reseal()
      const updates = Promise.all(
        Array.from({ length: 100 }, (_, index) => facts.update<number>(`f${index * 3}`, (n = 0) => n + 1_000)),
      )
      for (let index = 1; index < 300; index += 3) expect(await facts.get(`f${index}`)).toBe(index)
      await Promise.all([done, updates])

      const keys = Array.from({ length: 300 }, (_, index) => fact(`f${index}`))
      const after = await stored(...keys)
      expect(after.every((record) => record?.value.startsWith('~k2.'))).toBe(true)
      expect(after[1]).toMatchObject({ version: 1, author: 'high', createdAt: expect.any(Number) })
      expect(after[0]?.createdAt).toBe(before[0]?.createdAt)
      await reopen({ keys: { k2 }, current: 'k2' })
      const later = memory.as(high)
      expect(await later.facts.get('f3')).toBe(1_003)
      expect(await later.facts.get('f4')).toBe(4)
      expect(await later.objects.get(ref)).toBe('bytes of an object')
      expect((await later.observations.list()).items[0]).toMatchObject({ id: noted.id, seq: noted.seq, value: 'noted' })
      expect([objects, observations]).toHaveLength(2)
      expect(await memory.reseal()).toEqual({ records: 0, objects: 0 })
    })

    it('seals records written before encryption was on, and removes them from the index', async () => {
      await memory.close()
      driver = await options.create()
      memory = await openMemory({ store: driver })
      const view = memory.as(high)
      const ref = await view.objects.put('plain bytes', secret)
      const shared = await view.objects.put('shared bytes', secret)
      await view.objects.put('shared bytes')
      await view.facts.set('pay', 'plain pay', secret)
      await view.observations.log({ value: 'a red fox', ...secret })
      expect(await view.observations.search('fox')).toHaveLength(1)
      await reopen(first)
      expect(await memory.reseal()).toEqual({ records: 4, objects: 2 })
      const { facts, objects, observations } = memory.as(high)
      expect(await observations.search('fox')).toEqual([])
      expect((await observations.list()).items[0]?.value).toBe('a red fox')
      await using store = await driver.open('default', 'writer')
      expect(await store.objects.has(ref.id.slice(0, 64))).toBe(false)
      expect(await store.objects.has(shared.id.slice(0, 64))).toBe(true)
      expect(await objects.get(ref)).toBe('plain bytes')
      expect(await facts.get('pay')).toBe('plain pay')
    })

    it('starts by itself when the current key has changed', async () => {
      await memory.as(high).facts.set('pay', 1, secret)
      await reopen(both)
      await expect.poll(async () => (await stored(fact('pay')))[0]?.value.slice(0, 4)).toBe('~k2.')
    })
  })
}

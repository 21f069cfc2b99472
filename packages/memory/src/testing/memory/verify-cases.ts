import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Principal } from '../../values/access.ts'
import type { Corruption } from '../../store/corruption.ts'
import { inspectSpace } from '../../sealing/inspect-space.ts'
import { joinMemory } from '../../join-memory.ts'
import type { EncryptionOptions } from '../../sealing/encryption-options.ts'
import { openMemory } from '../../open-memory.ts'
import type { Memory, ThreadMemory } from '../../memory.ts'
import type { Store } from '../../store/store.ts'
import type { RecordKey } from '../../store/record.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'

const high: Principal = { id: 'high', role: 'r', clearance: { level: 'confidential' } }
const admin: Principal = { id: 'ada', role: 'operator', rights: ['administer'] }
const auditor: Principal = { ...high, id: 'eve', rights: ['audit'] }
const secret = { sensitivity: 'confidential' } as const
const k1 = randomBytes(32)
const k2 = randomBytes(32)
const first: EncryptionOptions = { keys: { k1 }, current: 'k1' }

/** How corruption is found and reported, on any store. Each store's own tests cover its own checks. */
export function verifyCases(options: StoreContractOptions): void {
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
  const corruptions = (who = admin, inside: ThreadMemory = memory): Promise<Corruption[]> =>
    Array.fromAsync(inside.as(who).verify())
  /** The audit entries of an agent. */
  const noted = async (agent: string): Promise<string[]> => {
    const entries = await Array.fromAsync(memory.as(auditor).audit.entries({ agent }))
    return entries.map(({ action, collection, id, outcome }) => `${action} ${collection}/${id} ${outcome}`)
  }
  /** Works on the store directly, bypassing the memory. */
  const behind = async (work: (store: Store) => Promise<unknown>): Promise<void> => {
    await using store = await driver.open('default', 'writer')
    await work(store)
  }
  /** Stores a copy of a sealed value under another key. */
  const move = (from: RecordKey, to: RecordKey): Promise<void> =>
    behind(async (store) => {
      const [record] = await store.read([from])
      const meta = { author: 'eve', tags: [], derivedFrom: [], compartments: [], ...secret }
      await store.write([{ type: 'set', key: to, value: record?.value ?? '', meta }])
    })
  const fact = (id: string): RecordKey => ({ collection: 'facts', id })

  /** Fills the memory with records of every kind: rewritten, deleted, expired, sealed and open. */
  const fill = async (): Promise<void> => {
    const view = memory.as(high)
    await view.facts.set('pay', 4711, secret)
    for (let value = 0; value < 5; value += 1) await view.facts.set('open', value)
    await view.facts.set('gone', 1)
    await view.facts.delete('gone')
    const { expiresAt = 0 } = await view.facts.set('short', 1, { ttlMs: 100 })
    await until(() => view.now() >= expiresAt, '"the time of the store goes on"')
    expect(await view.facts.read('short', { consistency: 'strong' })).toBeUndefined()
    const page = await view.objects.put('the words')
    await view.objects.put('the words', secret)
    await view.observations.log({ task: 't', value: 'a red fox', tags: ['x'], derivedFrom: [page] })
    await view.observations.log({ task: 't', value: 'a grey fox', ...secret })
    await view.once('w', () => 'done')
    await view.claims.claim('t')
  }

  describe('an intact memory', () => {
    it('reports no corruption', async () => {
      expect(await corruptions()).toEqual([])
      await fill()
      expect(await corruptions()).toEqual([])
    })

    it('reports none while others write', async () => {
      const { facts, objects } = memory.as(high)
      for (let index = 0; index < 300; index += 1) await facts.set(`f${index}`, index, index % 2 ? secret : {})
      let writes = 0
      let isOver = false
      const writing = (async () => {
        for (; !isOver; writes += 1) {
          await facts.update<number>(`f${writes % 400}`, (n = 0) => n + 1)
          if (writes % 10 === 0) await objects.put(`object ${writes}`, secret)
          // With an in-memory store this loop would never yield to other tasks.
          await setImmediate()
        }
      })()
      try {
        for (let times = 0; times < 5; times += 1) expect(await corruptions()).toEqual([])
      } finally {
        isOver = true
        await writing
      }
      expect(writes).toBeGreaterThan(0)
    })

    it('reports none while everything is resealed', async () => {
      const { objects, facts } = memory.as(high)
      for (let index = 0; index < 100; index += 1) {
        await objects.put(`object ${index}`, secret)
        await facts.set(`f${index}`, index, secret)
      }
      await reopen({ keys: { k1, k2 }, current: 'k2' })
      const resealing = memory.reseal()
      for (let times = 0; times < 3; times += 1) expect(await corruptions()).toEqual([])
      await resealing
      expect(await corruptions()).toEqual([])
    })

    it('has its contents counted', async () => {
      await fill()
      // The memory may write something of its own meanwhile.
      const lastPosition = async () => (await (await driver.open('default', 'writer')).changes(0, 1)).last
      const before = await lastPosition()
      const {
        records,
        objects,
        feed,
        sealed,
        corruptions: found,
      } = await inspectSpace({ store: driver, encryption: first })
      expect(found).toEqual([])
      expect(records).toMatchObject({ facts: 2, observations: 2, objects: 2, work: 1, claims: 1 })
      expect(objects).toEqual({ count: 2, bytes: 9 + 9 + 28 })
      expect(feed?.first).toBe(1)
      expect(feed?.last).toBeGreaterThanOrEqual(before)
      expect(feed?.last).toBeLessThanOrEqual(await lastPosition())
      // The result of work is stored under the clearance that it was made for.
      expect(sealed).toEqual({ k1: { records: 4, objects: 1 } })
    })
  })

  describe('the right to see corruption', () => {
    it('is required, and an attempt without it is audited', async () => {
      await expect(corruptions(high)).rejects.toMatchObject({ code: 'SKEIN_ACCESS', principal: 'high' })
      expect(await noted('high')).toEqual(['administer settings/ refused'])
    })

    it('shows corruption regardless of clearance, and the access is audited', async () => {
      await memory.as(high).facts.set('pay', 1, secret)
      await move(fact('pay'), fact('forged'))
      expect(await corruptions()).toMatchObject([{ id: 'forged' }])
      expect(await noted('ada')).toEqual(['administer settings/ hit', 'administer facts/forged hit'])
      const modest: Principal = { id: 'mo', role: 'auditor', clearance: { level: 'internal' }, rights: ['audit'] }
      const shown = await Array.fromAsync(memory.as(modest).audit.entries({ agent: 'ada' }))
      expect(shown.map(({ collection }) => collection)).toEqual(['settings'])
    })
  })

  describe('a sealed record', () => {
    it('is reported with its raw content if it was moved or changed; intact ones are not', async () => {
      await fill()
      await move(fact('pay'), fact('moved'))
      await move(fact('pay'), fact('open'))
      const found = await corruptions()
      expect(found.map(({ kind, collection, id }) => `${kind} ${collection}/${id}`).toSorted()).toEqual([
        'record facts/moved',
        'record facts/open',
      ])
      for (const { problem, raw, missingKey } of found) {
        expect(problem).toMatch(/can't be opened: it is damaged, or was sealed as another record/)
        expect(JSON.parse(raw)).toMatchObject({ author: 'eve', value: expect.stringMatching(/^~k1\./) })
        expect(missingKey).toBeUndefined()
      }
    })

    it('is reported with the id of its key if that is missing', async () => {
      await fill()
      for (const encryption of [undefined, { keys: { k1: k2 }, current: 'k1' }]) {
        const { corruptions: found, sealed } = await inspectSpace({
          store: driver,
          ...(encryption && { encryption }),
        })
        expect(sealed).toEqual({ k1: { records: 4, objects: 1 } })
        const records = found.filter(({ kind }) => kind === 'record')
        expect(records).toHaveLength(4)
        for (const { missingKey, problem } of records) {
          expect({ missingKey, problem }).toEqual({
            missingKey: 'k1',
            problem: 'It is sealed with the key "k1", which is not given.',
          })
        }
      }
      await reopen()
      expect((await corruptions()).filter(({ missingKey }) => missingKey === 'k1')).toHaveLength(5)
    })
  })

  describe('an object', () => {
    it('is reported if its bytes belong to another object', async () => {
      const [one, other] = await Promise.all(['one', 'other'].map((text) => memory.as(high).objects.put(text, secret)))
      const nameOf = (ref: { id: string } | undefined): string => `${ref?.id.slice(0, 64)}.k1`
      await behind(async (store) => {
        const bytes = (await store.objects.get(nameOf(one))) ?? new Uint8Array()
        await store.objects.delete(nameOf(other))
        await store.objects.put(nameOf(other), bytes)
      })
      const found = await corruptions()
      expect(found).toMatchObject([{ kind: 'object', id: nameOf(other) }])
      expect(found[0]?.raw).toMatch(/^data:;base64,/)
      expect(found[0]?.problem).toMatch(/can't be opened/)
    })

    it('is reported if its content is missing', async () => {
      const ref = await memory.as(high).objects.put('the words')
      await memory.as(high).objects.put('other words')
      await behind((store) => store.objects.delete(ref.id))
      expect(await corruptions()).toEqual([
        { kind: 'object', id: ref.id, problem: 'There is a record of this object, but no content.', raw: '' },
      ])
    })
  })

  it('another thread gets the same report', async () => {
    await fill()
    await move(fact('pay'), fact('moved'))
    const { port1, port2 } = new MessageChannel()
    memory.connect(port1)
    await using thread = await joinMemory(port2)
    expect(await corruptions(admin, thread)).toEqual(await corruptions())
    expect(await corruptions(admin, thread)).toHaveLength(1)
    await expect(corruptions(high, thread)).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
  })

  it('an inspection changes nothing and creates no space', async () => {
    const empty = await options.create()
    expect(await empty.spaces()).toEqual([])
    expect(await empty.spaces()).toEqual([])
    for (const space of ['b', 'a']) await (await empty.open(space, 'writer'))[Symbol.asyncDispose]()
    expect(await empty.spaces()).toEqual(['a', 'b'])
    expect(await inspectSpace({ store: empty, space: 'a' })).toEqual({
      records: {},
      objects: { count: 0, bytes: 0 },
      feed: { first: 0, last: 0 },
      sealed: {},
      corruptions: [],
    })
  })

  it('an inspection ends when it is aborted', async () => {
    await fill()
    const stop = AbortSignal.abort(new Error('enough'))
    await expect(inspectSpace({ store: driver, signal: stop })).rejects.toThrow('enough')
  })
}

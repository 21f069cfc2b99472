import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { MessageChannel } from 'node:worker_threads'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Principal } from '../../values/access.ts'
import type { Corruption } from '../../store/corruption.ts'
import { inspectSpace } from '../../sealing/inspect-space.ts'
import { joinMemory } from '../../join-memory.ts'
import type { EncryptionOptions } from '../../sealing/key-ring.ts'
import { openMemory } from '../../open-memory.ts'
import type { Memory, ThreadMemory } from '../../memory.ts'
import type { Store } from '../../store/store.ts'
import type { RecordKey } from '../../store/record.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'

const high: Principal = { id: 'high', role: 'r', clearance: { level: 'confidential' } }
const admin: Principal = { id: 'ada', role: 'operator', rights: ['administer'] }
const auditor: Principal = { ...high, id: 'eve', rights: ['audit'] }
const secret = { sensitivity: 'confidential' } as const
const k1 = randomBytes(32)
const k2 = randomBytes(32)
const first: EncryptionOptions = { keys: { k1 }, current: 'k1' }

/** How damage is found and told, on any store. What a store itself can find is for its own tests. */
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
  const damages = (who = admin, inside: ThreadMemory = memory): Promise<Corruption[]> =>
    Array.fromAsync(inside.as(who).verify())
  /** What was noted of an administrator. */
  const noted = async (agent: string): Promise<string[]> => {
    const entries = await Array.fromAsync(memory.as(auditor).audit.entries({ agent }))
    return entries.map(({ action, collection, id, outcome }) => `${action} ${collection}/${id} ${outcome}`)
  }
  /** Does something to what is stored, around the memory. */
  const behind = async (work: (store: Store) => Promise<unknown>): Promise<void> => {
    await using store = await driver.open('default', 'writer')
    await work(store)
  }
  /** Stores a sealed value once more, under another key. */
  const move = (from: RecordKey, to: RecordKey): Promise<void> =>
    behind(async (store) => {
      const [record] = await store.read([from])
      const meta = { author: 'eve', tags: [], derivedFrom: [], compartments: [], ...secret }
      await store.write([{ type: 'set', key: to, value: record?.value ?? '', meta }])
    })
  const fact = (id: string): RecordKey => ({ collection: 'facts', id })

  /** A bit of everything: written anew, deleted, expired, sealed and not. */
  const fill = async (): Promise<void> => {
    const view = memory.as(high)
    await view.facts.set('pay', 4711, secret)
    for (let value = 0; value < 5; value += 1) await view.facts.set('open', value)
    await view.facts.set('gone', 1)
    await view.facts.delete('gone')
    await view.facts.set('short', 1, { ttlMs: 1 })
    while (await view.facts.read('short', { consistency: 'strong' })) await setImmediate()
    const page = await view.objects.put('the words')
    await view.objects.put('the words', secret)
    await view.observations.log({ task: 't', value: 'a red fox', tags: ['x'], derivedFrom: [page] })
    await view.observations.log({ task: 't', value: 'a grey fox', ...secret })
    await view.once('w', () => 'done')
    await view.claims.claim('t')
  }

  describe('where all is well', () => {
    it('no damage is told of', async () => {
      expect(await damages()).toEqual([])
      await fill()
      expect(await damages()).toEqual([])
    })

    it('nor while others write', async () => {
      const { facts, objects } = memory.as(high)
      for (let index = 0; index < 300; index += 1) await facts.set(`f${index}`, index, index % 2 ? secret : {})
      let writes = 0
      let isOver = false
      const writing = (async () => {
        for (; !isOver; writes += 1) {
          await facts.update<number>(`f${writes % 400}`, (n = 0) => n + 1)
          if (writes % 10 === 0) await objects.put(`object ${writes}`, secret)
          // A store in memory would leave nobody else a turn.
          await setImmediate()
        }
      })()
      try {
        for (let times = 0; times < 5; times += 1) expect(await damages()).toEqual([])
      } finally {
        isOver = true
        await writing
      }
      expect(writes).toBeGreaterThan(0)
    })

    it('nor while everything is sealed anew', async () => {
      const { objects, facts } = memory.as(high)
      for (let index = 0; index < 100; index += 1) {
        await objects.put(`object ${index}`, secret)
        await facts.set(`f${index}`, index, secret)
      }
      await reopen({ keys: { k1, k2 }, current: 'k2' })
      const resealing = memory.reseal()
      for (let times = 0; times < 3; times += 1) expect(await damages()).toEqual([])
      await resealing
      expect(await damages()).toEqual([])
    })

    it('what stands there is counted', async () => {
      await fill()
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
      const { last } = await (await driver.open('default', 'writer')).changes(0, 1)
      expect(feed).toEqual({ first: 1, last })
      // The result of work belongs to who may see what it was made for.
      expect(sealed).toEqual({ k1: { records: 4, objects: 1 } })
    })
  })

  describe('the right to see damage', () => {
    it('is asked for, and who lacks it is noted', async () => {
      await expect(damages(high)).rejects.toMatchObject({ code: 'SKEIN_ACCESS', principal: 'high' })
      expect(await noted('high')).toEqual(['administer settings/ refused'])
    })

    it('shows it whatever the clearance, and who saw it is noted', async () => {
      await memory.as(high).facts.set('pay', 1, secret)
      await move(fact('pay'), fact('forged'))
      expect(await damages()).toMatchObject([{ id: 'forged' }])
      expect(await noted('ada')).toEqual(['administer settings/ hit', 'administer facts/forged hit'])
      const modest: Principal = { id: 'mo', role: 'auditor', clearance: { level: 'internal' }, rights: ['audit'] }
      const shown = await Array.fromAsync(memory.as(modest).audit.entries({ agent: 'ada' }))
      expect(shown.map(({ collection }) => collection)).toEqual(['settings'])
    })
  })

  describe('a sealed record', () => {
    it('that was moved or changed is told of, with what stands there, and the others are not', async () => {
      await fill()
      await move(fact('pay'), fact('moved'))
      await move(fact('pay'), fact('open'))
      const found = await damages()
      expect(found.map(({ kind, collection, id }) => `${kind} ${collection}/${id}`).toSorted()).toEqual([
        'record facts/moved',
        'record facts/open',
      ])
      for (const { problem, raw, missingKey } of found) {
        expect(problem).toMatch(/does not open: it is damaged, or was sealed as another one/)
        expect(JSON.parse(raw)).toMatchObject({ author: 'eve', value: expect.stringMatching(/^~k1\./) })
        expect(missingKey).toBeUndefined()
      }
    })

    it('whose key is missing is told of with the id of that key', async () => {
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
      expect((await damages()).filter(({ missingKey }) => missingKey === 'k1')).toHaveLength(5)
    })
  })

  describe('an object', () => {
    it('that was forged under its name is told of', async () => {
      const [one, other] = await Promise.all(['one', 'other'].map((text) => memory.as(high).objects.put(text, secret)))
      const nameOf = (ref: { id: string } | undefined): string => `${ref?.id.slice(0, 64)}.k1`
      await behind(async (store) => {
        const bytes = (await store.objects.get(nameOf(one))) ?? new Uint8Array()
        await store.objects.delete(nameOf(other))
        await store.objects.put(nameOf(other), bytes)
      })
      const found = await damages()
      expect(found).toMatchObject([{ kind: 'object', id: nameOf(other) }])
      expect(found[0]?.raw).toMatch(/^data:;base64,/)
      expect(found[0]?.problem).toMatch(/does not open/)
    })

    it('of which there is a record but no content is told of', async () => {
      const ref = await memory.as(high).objects.put('the words')
      await memory.as(high).objects.put('other words')
      await behind((store) => store.objects.delete(ref.id))
      expect(await damages()).toEqual([
        { kind: 'object', id: ref.id, problem: 'There is a record of this object, but no content.', raw: '' },
      ])
    })
  })

  it('another thread is told of the same', async () => {
    await fill()
    await move(fact('pay'), fact('moved'))
    const { port1, port2 } = new MessageChannel()
    memory.connect(port1)
    await using thread = await joinMemory(structuredClone(memory.share()), port2)
    expect(await damages(admin, thread)).toEqual(await damages())
    expect(await damages(admin, thread)).toHaveLength(1)
    await expect(damages(high, thread)).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
  })

  it('an inspection changes nothing, and knows only spaces that there are', async () => {
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

import { MessageChannel } from 'node:worker_threads'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { joinMemory } from '../../join-memory.ts'
import type { ObservationSearchOptions } from '../../kinds/observations.ts'
import { openMemory } from '../../open-memory.ts'
import type { MemoryOptions } from '../../options.ts'
import type { Memory } from '../../memory.ts'
import type { SearchBy } from '../../space/meaning-search.ts'
import type { StoredRecord } from '../../store/record.ts'
import type { View } from '../../view.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import { isSealed } from '../../values/sealed-text.ts'
import { conceptEmbedder } from '../concept-embedder.ts'
import type { ConceptEmbedder } from '../concept-embedder.ts'
import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { ann, bob, boss } from '../memory/principals.ts'

const secret = { sensitivity: 'confidential' } as const
const finance = { ...boss, id: 'finance', clearance: { level: 'confidential', compartments: ['x'] } } as const
const key = (name: string): string => Buffer.alloc(32, name).toString('base64')

/** Search by meaning: vectors beside the records, on any store. */
export function vectorsCases(options: StoreContractOptions): void {
  let driver: StoreDriver
  let embedder: ConceptEmbedder
  let memory: Memory

  const open = (more: Partial<MemoryOptions> = {}): Promise<Memory> =>
    openMemory({ store: driver, search: { embedder }, ...more })
  const reopen = async (more?: Partial<MemoryOptions>): Promise<void> => {
    await memory.close()
    memory = await open(more)
  }
  const log = async (value: string, more: object = {}): Promise<string> =>
    (await memory.as(finance).observations.log({ value, ...more })).id
  const found = async (text: string, by: SearchBy, more: ObservationSearchOptions = {}, who: object = ann) => {
    await memory.vectorsReady()
    const hits = await memory.as(who as typeof ann).observations.search(text, { by, ...more })
    return hits.map(({ item }) => item.value)
  }
  /** The vectors as the store has them. */
  const stored = async (...ids: string[]): Promise<(StoredRecord | undefined)[]> => {
    await using store = await driver.open('default', 'writer')
    return [...(await store.read(ids.map((id) => ({ collection: 'vectors', id: `observations/${id}` }))))]
  }

  beforeEach(async () => {
    driver = await options.create()
    embedder = conceptEmbedder()
    memory = await open()
  })
  afterEach(() => memory.close())

  it('finds what shares no word with the query, by meaning alone or by both', async () => {
    await log('The automobile is red')
    await log('A physician called')
    await log('The car park is closed on Mondays')
    expect(await found('car', 'words')).toEqual(['The car park is closed on Mondays'])
    expect(await found('vehicle', 'words')).toEqual([])
    expect((await found('vehicle', 'meaning')).slice(0, 2)).toEqual([
      'The automobile is red',
      'The car park is closed on Mondays',
    ])
    expect((await found('car', 'both')).slice(0, 2)).toEqual([
      'The car park is closed on Mondays',
      'The automobile is red',
    ])
    const [hit] = await memory.as(ann).observations.search('hospital', { by: 'meaning' })
    expect(hit).toMatchObject({ item: { value: 'A physician called' }, snippet: 'A physician called' })
    expect(hit?.score).toBeGreaterThan(0.5)
  })

  it('finds decisions and learnings among all records', async () => {
    const view = memory.as(ann)
    await view.decisions.record({ task: 't', decision: 'lease the automobile', reasoning: 'cost' })
    await view.learnings.log({ signal: 'success', context: {}, details: 'physicians like rain' })
    await memory.vectorsReady()
    const [decision] = await view.records.search('car', { collection: 'decisions', by: 'meaning' })
    const [learning] = await view.records.search('weather', { collection: 'learnings', by: 'meaning' })
    expect([decision?.collection, learning?.collection]).toEqual(['decisions', 'learnings'])
  })

  describe('facts', () => {
    const search = { facts: ['customer/'] }
    const facts = async (text: string, by?: SearchBy, who: object = ann): Promise<string[]> =>
      (await memory.as(who as typeof ann).facts.search(text, by ? { by } : {})).map(({ item }) => item.key)
    const vectorOf = async (name: string): Promise<StoredRecord | undefined> => {
      await using store = await driver.open('default', 'writer')
      return (await store.read([{ collection: 'vectors', id: `facts/${name}` }]))[0]
    }

    it('are found by meaning where the memory names them', async () => {
      await memory.as(ann).facts.set('customer/1', 'drives an automobile')
      await expect(facts('car', 'meaning')).rejects.toMatchObject({ option: 'by' })
      expect(await facts('car')).toEqual([])
      await reopen({ search: { embedder, ...search } })
      await memory.as(boss).facts.set('customer/2', { note: 'a physician' }, secret)
      await memory.as(ann).facts.set('counter', 'an automobile, too')
      await memory.vectorsReady()
      expect(await facts('car', 'meaning')).toEqual(['customer/1'])
      expect(await facts('car')).toEqual(['customer/1'])
      expect(await facts('car', 'words')).toEqual([])
      expect(await facts('doctor', 'meaning', boss)).toEqual(['customer/2', 'customer/1'])
      expect((await facts('automobile')).toSorted()).toEqual(['counter', 'customer/1'])
      expect(await vectorOf('counter')).toBeUndefined()
      const { port1, port2 } = new MessageChannel()
      memory.connect(port1)
      await using joined = await joinMemory(port2)
      const [hit] = await joined.as(ann).facts.search('vehicle')
      expect(hit?.item.value).toBe('drives an automobile')
    })

    it('take their vectors with them, in every process', async () => {
      await using other = options.reopen ? await openMemory({ store: await options.reopen() }) : undefined
      const view = (): View => (other ?? memory).as(ann)
      await view().facts.set('customer/0', 'the other process has looked: there are no vectors')
      await reopen({ search: { embedder, ...search } })
      for (const name of ['1', '2', '3']) await view().facts.set(`customer/${name}`, 'an automobile')
      await memory.vectorsReady()
      expect(await facts('car', 'meaning')).toHaveLength(4)
      await using store = await driver.open('default', 'writer')
      const { last } = await store.changes(Number.MAX_SAFE_INTEGER, 1)
      await view().facts.delete('customer/1')
      await view().facts.set('customer/2', 'rain')
      await view().facts.touch('customer/3', { ttlMs: 60_000 })
      await memory.vectorsReady()
      expect(await vectorOf('customer/1')).toBeUndefined()
      const { changes } = await store.changes(last, 20)
      const gone = changes.filter(({ op, collection }) => op === 'delete' && collection === 'vectors')
      expect(gone.map(({ id }) => id)).toEqual(expect.arrayContaining(['facts/customer/1', 'facts/customer/2']))
      expect((await vectorOf('customer/3'))?.expiresAt).toBeGreaterThan(0)
      expect((await facts('weather', 'meaning'))[0]).toBe('customer/2')
      expect((await facts('car', 'meaning'))[0]).toBe('customer/3')
      // One text, one vector; and the new text.
      expect(embedder.calls.flat().filter((text) => text.includes('rain'))).toEqual(['customer/2\nrain'])
    })
  })

  it('orders by the cosine, newest first among equals, whatever the limit', async () => {
    for (let n = 0; n < 40; n += 1)
      await log(`car ${'price '.repeat(n % 8)}${n % 2 ? 'rain' : ''}`, { task: `t${n % 3}` })
    const all = await found('automobile cost', 'meaning', { limit: 100 })
    expect(all).toHaveLength(40)
    expect(all.slice(0, 3)).toEqual(Array(3).fill(all[0]))
    for (const by of ['meaning', 'both'] as const) {
      const whole = await found('car weather', by, { limit: 100 })
      for (const limit of [1, 2, 10]) expect(await found('car weather', by, { limit })).toEqual(whole.slice(0, limit))
    }
    const hits = await memory.as(ann).observations.search('car', { by: 'meaning', limit: 40 })
    const order = hits.map(({ item, score }) => [-score, -item.seq] as const)
    expect(order).toEqual(order.toSorted(([a, b], [c, d]) => a - c || b - d))
  })

  it('lets filters through, and gives no rank to what the asker may not see', async () => {
    await log('a car', { task: 't1', tags: ['x'] })
    await log('an automobile, expensive', { task: 't2' })
    await log('a vehicle in the rain', { task: 't1' })
    expect(await found('car', 'meaning', { task: 't1' })).toEqual(['a car', 'a vehicle in the rain'])
    expect(await found('car', 'meaning', { tags: ['x'] })).toEqual(['a car'])
    expect(await found('car', 'meaning', { author: 'nobody' })).toEqual([])
    await memory.vectorsReady()
    const search = (by: SearchBy) => memory.as(ann).observations.search('automobile', { by, limit: 3 })
    const before = [await search('meaning'), await search('both')]
    for (let n = 0; n < 30; n += 1) await log('automobile', n % 2 ? secret : { compartments: ['x'] })
    await memory.vectorsReady()
    expect([await search('meaning'), await search('both')]).toEqual(before)
    expect(await found('automobile', 'meaning', { limit: 1 }, finance)).toEqual(['automobile'])
  })

  it('lets a vector go with its record, in the same atom', async () => {
    const ids = [await log('a car', { subject: 'p' }), await log('an automobile'), await log('a vehicle')]
    await memory.vectorsReady()
    expect((await stored(...ids)).every((record) => record?.sensitivity === 'public')).toBe(true)
    await using store = await driver.open('default', 'writer')
    const { last } = await store.changes(Number.MAX_SAFE_INTEGER, 1)
    // Also by a process that has no embedder.
    await using other = options.reopen ? await openMemory({ store: await options.reopen() }) : undefined
    await (other ?? memory).as({ ...ann, rights: ['erase'] }).forget({ subject: 'p' }, { reason: 'asked' })
    expect((await stored(...ids)).map((record) => record?.collection)).toEqual([undefined, 'vectors', 'vectors'])
    const { changes } = await store.changes(last, 10)
    const gone = changes.filter(({ op }) => op === 'delete').map(({ collection }) => collection)
    expect(gone).toEqual(expect.arrayContaining(['observations', 'vectors']))
    expect(await found('automobile', 'meaning')).toEqual(['a vehicle', 'an automobile'])
    // A process that knows no vectors leaves them behind; whoever has an embedder drops them.
    const [, left = ''] = ids
    await store.write([{ type: 'delete', key: { collection: 'observations', id: left }, author: 'old' }])
    await until(async () => (await stored(left))[0] === undefined, 'the vector is gone')
  })

  it('lets a vector expire with its record', async () => {
    const id = await log('a car', { ttlMs: 60_000 })
    await log('an automobile')
    await memory.vectorsReady()
    const [record] = (await memory.as(ann).records.list({ collection: 'observations', limit: 2 })).items.slice(1)
    const [vector] = await stored(id)
    expect(Math.abs((vector?.expiresAt ?? 0) - (record?.expiresAt ?? 1e9))).toBeLessThan(5_000)
    const brief = await log('a vehicle', { ttlMs: 300 })
    await until(async () => (await stored(brief))[0] === undefined, 'the record expired')
    await until(async () => !(await found('vehicle', 'meaning')).includes('a vehicle'), 'it is not found any more')
  })

  it('makes a vector for what was written without an embedder, once for each text', async () => {
    await memory.close()
    memory = await openMemory({ store: driver })
    for (const value of ['a car', 'rain', 'a car']) await log(value)
    await expect(memory.as(ann).observations.search('car', { by: 'meaning' })).rejects.toMatchObject({ option: 'by' })
    await reopen()
    expect(await found('vehicle', 'meaning', { limit: 2 })).toEqual(['a car', 'a car'])
    expect(embedder.calls.flat().toSorted()).toEqual(['a car', 'rain', 'vehicle'])
    await reopen()
    await log('a car')
    expect(await found('vehicle', 'meaning', { limit: 3 })).toEqual(['a car', 'a car', 'a car'])
    // The query is asked again; nothing else.
    expect(embedder.calls.flat()).toHaveLength(4)
  })

  it('never compares vectors of two embedders or forms: those of the other are made anew', async () => {
    const id = await log('a car')
    await memory.vectorsReady()
    const value = async (): Promise<object> => JSON.parse((await stored(id))[0]?.value ?? '{}') as object
    expect(await value()).toMatchObject({ embedder: 'concepts', form: 'int8', version: 1 })
    embedder = conceptEmbedder({ id: 'other' })
    await reopen({ search: { embedder, vectors: 'float32' } })
    expect(await found('vehicle', 'meaning')).toEqual(['a car'])
    expect(embedder.calls.flat()).toEqual(['a car', 'vehicle'])
    expect(await value()).toMatchObject({ embedder: 'other', form: 'float32', version: 1 })
  })

  it('is there for other threads, within what they may see', async () => {
    await log('a car')
    await log('an automobile', secret)
    await memory.vectorsReady()
    const { port1, port2 } = new MessageChannel()
    memory.connect(port1)
    await using joined = await joinMemory(port2)
    const values = async (who: typeof ann | typeof boss): Promise<unknown[]> =>
      (await joined.as(who).observations.search('vehicle')).map(({ item }) => item.value)
    expect(await values(ann)).toEqual(['a car'])
    expect(await values(boss)).toEqual(['an automobile', 'a car'])
  })

  it('seals a vector where the text is sealed, through rotation', async () => {
    await reopen({ encryption: { keys: { k1: key('1') }, current: 'k1' } })
    const ids = [await log('a car', secret), await log('a public car')]
    await memory.vectorsReady()
    const [sealed, plain] = await stored(...ids)
    expect([isSealed(sealed?.value ?? ''), isSealed(plain?.value ?? '')]).toEqual([true, false])
    await reopen({ encryption: { keys: { k1: key('1'), k2: key('2') }, current: 'k2' } })
    await memory.reseal()
    await reopen({ encryption: { keys: { k2: key('2') }, current: 'k2' } })
    expect((await stored(...ids))[0]?.value).not.toBe(sealed?.value)
    expect(await found('vehicle', 'meaning', {}, boss)).toEqual(['a car', 'a public car'])
    expect(await found('vehicle', 'meaning')).toEqual(['a public car'])
    expect(embedder.calls.flat()).toEqual(['a car', 'a public car', 'vehicle'])
    const admin = memory.as({ ...boss, rights: ['administer'] })
    expect(await Array.fromAsync(admin.verify())).toEqual([])
  })

  describe.skipIf(!options.reopen)('in several processes', () => {
    it('makes each vector once, and finds what others wrote', async () => {
      const second = await openMemory({ store: (await options.reopen?.()) ?? driver, search: { embedder } })
      try {
        const write = async (to: Memory, from: number): Promise<void> => {
          for (let n = from; n < from + 20; n += 1) await to.as(bob).observations.log({ value: `car number ${n}` })
        }
        await Promise.all([write(memory, 0), write(second, 20), write(second, 10)])
        await Promise.all([memory.vectorsReady(), second.vectorsReady()])
        const texts = embedder.calls.flat()
        expect(new Set(texts).size).toBe(40)
        expect(texts).toHaveLength(40)
        for (const one of [memory, second]) {
          expect(await one.as(ann).observations.search('vehicle', { by: 'meaning', limit: 100 })).toHaveLength(60)
        }
      } finally {
        await second.close()
      }
    })
  })
}

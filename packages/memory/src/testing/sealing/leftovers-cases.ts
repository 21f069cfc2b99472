import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'

import { beforeEach, expect, it } from 'vitest'

import { inProcessBus } from '../../federation/in-process-bus.ts'
import type { Memory } from '../../memory.ts'
import { openMemory } from '../../open-memory.ts'
import type { EncryptionOptions } from '../../sealing/encryption-options.ts'
import type { RecordKey, RecordMeta } from '../../store/record.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import type { Store } from '../../store/store.ts'
import type { Principal } from '../../values/access.ts'
import { faultyStore } from '../faulty-store.ts'
import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { plainPlaces } from './leftovers.ts'

const boss: Principal = { id: 'boss', role: 'r', clearance: { level: 'confidential' } }
const secret = { sensitivity: 'confidential' } as const
const [k1, k2] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
const first: EncryptionOptions = { keys: { k1 }, current: 'k1' }
const both: EncryptionOptions = { keys: { k1, k2 }, current: 'k2' }
const meta: RecordMeta = { author: 'old', tags: [], derivedFrom: [], compartments: [], ...secret }
const word = 'zyxwvuts'

/** What lies plain in a space that is opened with a key: of earlier versions, of crashes, of backups. */
export function leftoversCases(options: StoreContractOptions): void {
  let driver: StoreDriver
  beforeEach(async () => {
    driver = await options.create()
  })

  const open = (encryption?: EncryptionOptions, store = driver): Promise<Memory> =>
    openMemory({ store, ...(encryption && { encryption }) })
  /** Opens the space with the key until everything is sealed. */
  const seal = async (encryption = first): Promise<void> => {
    await using memory = await open(encryption)
    await memory.reseal()
  }
  const onStore = async <Result>(work: (store: Store) => Promise<Result>): Promise<Result> => {
    await using store = await driver.open('default', 'writer')
    return await work(store)
  }
  const nothingIsPlain = async (): Promise<boolean> =>
    onStore(async (store) => (await plainPlaces(store, word)).length === 0)
  /** Writes as a process of an earlier version does, which does not look at how the space is sealed. */
  const writeUnchecked = (store: Store, key: RecordKey) =>
    store.write([{ type: 'set', key, value: JSON.stringify(word), meta, terms: [word] }])

  it('is sealed by whoever opens it with the key, though everything had been sealed', async () => {
    await seal()
    const content = hash('sha256', word, 'hex')
    await onStore(async (store) => {
      await writeUnchecked(store, { collection: 'facts', id: 'pay' })
      await writeUnchecked(store, { collection: 'observations', id: 'o' })
      await store.objects.put(content, Buffer.from(word))
      await writeUnchecked(store, { collection: 'objects', id: `${content}~confidential` })
    })
    expect(await nothingIsPlain()).toBe(false)
    await using _ = await open(first)
    await until(nothingIsPlain, '"what was written meanwhile is sealed"')
  })

  it('is looked for from the position up to which all is sealed, and costs nothing else', async () => {
    await seal()
    const { driver: counted, faults } = faultyStore(driver)
    const memory = await open(first, counted)
    // It looks in the background.
    for (let turn = 0; turn < 50; turn += 1) await setImmediate()
    await memory.close()
    // The one query looks for erasures that were not completed.
    expect([faults.calls('write'), faults.calls('query'), faults.calls('objects.names')]).toEqual([0, 1, 0])
  })

  it('is looked for everywhere if the feed does not tell, as after a loss of data', async () => {
    await seal()
    await onStore(async (store) => {
      await writeUnchecked(store, { collection: 'facts', id: 'pay' })
      const { last: seq } = await store.changes(Number.MAX_SAFE_INTEGER, 1)
      const key = { collection: 'settings', id: 'sealed-to' } as const
      const value = JSON.stringify({ seq: seq + 1, incarnation: 'of another life' })
      await store.write([{ type: 'set', key, value, meta: { ...meta, sensitivity: 'public' } }])
    })
    await using _ = await open(first)
    await until(nothingIsPlain, '"everything was looked at"')
  })

  it('can be a content whose writer did not get to write the record', async () => {
    const content = hash('sha256', word, 'hex')
    const shared = hash('sha256', 'public words', 'hex')
    await onStore((store) => store.objects.put(content, Buffer.from(word)))
    await using plain = await open()
    const ref = await plain.as(boss).objects.put('public words')
    await seal()
    expect(await nothingIsPlain()).toBe(true)
    expect(await onStore(({ objects }) => objects.has(shared))).toBe(true)
    await using again = await open(first)
    expect(await again.as(boss).objects.get(ref)).toBe('public words')
  })

  it('is not counted where a content is missing, and never takes the place of one that is intact', async () => {
    await using memory = await open(first)
    const { objects } = memory.as(boss)
    const kept = await objects.put('kept words', secret)
    const lost = await objects.put('lost words', secret)
    await memory.reseal()
    const names = { kept: kept.id.slice(0, 64), lost: lost.id.slice(0, 64) }
    await onStore(async (store) => {
      await store.objects.delete(`${names.lost}.k1`)
      await store.objects.put(names.kept, Buffer.from(word))
    })
    await memory.close()
    await using rotated = await open(both)
    expect((await rotated.reseal()).objects).toBe(1)
    expect(await nothingIsPlain()).toBe(true)
    await rotated.close()
    await using later = await open({ keys: { k2 }, current: 'k2' })
    expect(await later.as(boss).objects.get(kept)).toBe('kept words')
  })

  it('can be what the memory keeps for itself, where everything is sealed', async () => {
    const bus = inProcessBus()
    const openNode = async (encryption: EncryptionOptions): Promise<void> => {
      const federation = { node: 'a', bus }
      await using node = await openMemory({ store: driver, architecture: 'federated', federation, encryption })
      await node.as(boss).facts.set(`by ${encryption.current}`, word, { importance: 1 })
      await node.exchange()
      await node.reseal()
    }
    await openNode({ ...first, from: 'public' })
    await openNode({ ...both, from: 'public' })
    await openNode({ keys: { k2 }, current: 'k2', from: 'public' })
    expect(await nothingIsPlain()).toBe(true)
    const state = await onStore((store) => store.query({ collection: 'settings', order: 'oldest', limit: 10 }))
    const readable = state.records.filter(({ value }) => !value.startsWith('~k2.')).map(({ id }) => id)
    expect(readable.toSorted()).toEqual(['sealed', 'sealed-to'])
    expect(state.records).toHaveLength(3)
  })
}

import { randomBytes } from 'node:crypto'
import { MessageChannel } from 'node:worker_threads'

import { afterEach, beforeEach, expect } from 'vitest'

import { joinMemory } from '../../join-memory.ts'
import type { Memory, ThreadMemory } from '../../memory.ts'
import { openMemory } from '../../open-memory.ts'
import type { EncryptionOptions } from '../../sealing/encryption-options.ts'
import { inspectSpace } from '../../sealing/inspect-space.ts'
import type { RecordKey, StoredRecord } from '../../store/record.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import type { Principal } from '../../values/access.ts'
import type { StoreContractOptions, Tampering } from '../store-contract-options.ts'

/** Sees everything. */
export const boss: Principal = {
  id: 'boss',
  role: 'r',
  clearance: { level: 'confidential', compartments: ['a', 'b'] },
  rights: ['administer', 'declassify'],
}
/** Sees what is public. */
export const low: Principal = { id: 'low', role: 'r' }
/** The label of what is sealed. */
export const secret = { sensitivity: 'confidential', compartments: ['a'] } as const
export const k1: Buffer = randomBytes(32)
const k2 = randomBytes(32)
const first: EncryptionOptions = { keys: { k1 }, current: 'k1' }
/** Seals with another key. */
export const both: EncryptionOptions = { keys: { k1, k2 }, current: 'k2' }
/** What its reader gets. */
export const corrupt = { code: 'SKEIN_CORRUPT' } as const
export const fact = (id: string): RecordKey => ({ collection: 'facts', id })

/** A memory in a space that is sealed as a whole, new for each test of the surrounding block, and its storage. */
export interface TamperedMemory {
  readonly memory: Memory
  readonly driver: StoreDriver
  /** Opens the storage as another process does, which has nothing cached. */
  reopen(encryption?: EncryptionOptions | 'none'): Promise<void>
  /** Opens it once more. */
  another(): Promise<Memory>
  /** Joins as another thread does. */
  join(): Promise<ThreadMemory>
  stored(key: RecordKey, space?: string): Promise<StoredRecord>
  /** Changes a record in the store while no memory has it open. */
  change(key: RecordKey, by: (record: StoredRecord) => Partial<StoredRecord>): Promise<void>
  /** The ids of all that an administrator and an operator find. */
  findings(): Promise<string[]>
  /** The ids of the facts in a list. */
  listed(of?: Memory): Promise<string[]>
  /** Whoever may see these facts gets errors, in this thread and in others; and so does who looks for corruptions. */
  expectErrors(ids: readonly string[]): Promise<void>
}

/** Opens the memory before each test of the surrounding block, and closes it afterwards. */
export function tamperedMemory(options: StoreContractOptions, tamper: Tampering): TamperedMemory {
  let driver: StoreDriver
  let memory: Memory
  const open = async (encryption: EncryptionOptions | 'none'): Promise<Memory> =>
    openMemory({
      store: (await options.reopen?.()) ?? driver,
      ...(encryption !== 'none' && { encryption }),
    })
  beforeEach(async () => {
    driver = await options.create()
    memory = await openMemory({ store: driver, encryption: first })
    await memory.reseal()
  })
  afterEach(() => memory.close())

  const reopen: TamperedMemory['reopen'] = async (encryption = first) => {
    await memory.close()
    memory = await open(encryption)
  }
  const stored: TamperedMemory['stored'] = async (key, space = 'default') => {
    await using store = await driver.open(space, 'writer')
    const [record] = await store.read([key])
    return record as StoredRecord
  }
  const join = (): Promise<ThreadMemory> => {
    const { port1, port2 } = new MessageChannel()
    memory.connect(port1)
    return joinMemory(port2)
  }
  const findings = async (): Promise<string[]> => {
    const seen = await Array.fromAsync(memory.as(boss).verify())
    const { corruptions } = await inspectSpace({ store: driver, encryption: first })
    expect(corruptions.map(({ id }) => id)).toEqual(seen.map(({ id }) => id))
    // A store may find besides that the feed says something else.
    return [...new Set(seen.filter(({ kind }) => kind !== 'feed').map(({ id }) => id))]
  }
  const listed = async (of = memory): Promise<string[]> => {
    const { items } = await of.as(boss).records.list({ collection: 'facts' })
    return items.map(({ id }) => id)
  }
  return {
    get memory() {
      return memory
    },
    get driver() {
      return driver
    },
    reopen,
    another: () => open(first),
    join,
    stored,
    change: async (key, by) => {
      const record = await stored(key)
      await memory.close()
      await tamper.put('default', { ...record, ...by(record) })
      await reopen()
    },
    findings,
    listed,
    expectErrors: async (ids) => {
      await using joined = await join()
      for (const id of ids) {
        await expect(joined.as(boss).facts.get(id)).rejects.toMatchObject(corrupt)
        await expect(memory.as(boss).facts.get(id)).rejects.toMatchObject(corrupt)
      }
      const [found, inLists] = [await findings(), await listed()]
      expect(ids.filter((id) => !found.includes(id) || inLists.includes(id))).toEqual([])
    },
  }
}

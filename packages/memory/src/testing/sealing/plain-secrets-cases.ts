import { MessageChannel } from 'node:worker_threads'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { joinMemory } from '../../join-memory.ts'
import type { Memory } from '../../memory.ts'
import { openMemory } from '../../open-memory.ts'
import type { EncryptionOptions } from '../../sealing/encryption-options.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import type { Principal } from '../../values/access.ts'
import type { View } from '../../view.ts'
import type { Faults } from '../faults.ts'
import { faultyStore } from '../faulty-store.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { plainPlaces } from './leftovers.ts'

const boss: Principal = { id: 'boss', role: 'r', clearance: { level: 'confidential' } }
const secret = { sensitivity: 'confidential' } as const
const encryption: EncryptionOptions = { keys: { k1: Buffer.alloc(32, 1) }, current: 'k1' }
const missing = { code: 'SKEIN_KEY_MISSING', keyId: 'k1' }
const word = 'zyxwvuts'

/** Every way to write a secret. */
const writes: Readonly<Record<string, (view: View) => Promise<unknown>>> = {
  'a fact': ({ facts }) => facts.set('pay', word, secret),
  'an observation': ({ observations }) => observations.log({ task: 't', value: word, ...secret }),
  'a decision': ({ decisions }) => decisions.record({ task: 't', decision: word, reasoning: word, ...secret }),
  'a learning': ({ learnings }) => learnings.log({ signal: 'success', context: {}, details: word, ...secret }),
  'an alert': ({ alerts }) => alerts.send({ to: ['bob', { role: 'r' }], insight: word, ...secret }),
  'an escalation': ({ escalations }) => escalations.open({ task: 't', reason: word, ...secret }),
  'an object': ({ objects }) => objects.put(word, secret),
  'a result of work': (view) => view.once(`work-${Math.random()}`, () => word),
}

/** What a process that does not seal can still write in a sealed space, on any store. */
export function plainSecretsCases(options: StoreContractOptions): void {
  let driver: StoreDriver
  let other: StoreDriver
  const opened: Memory[] = []
  beforeEach(async () => {
    driver = await options.create()
    other = (await options.reopen?.()) ?? driver
  })
  afterEach(async () => {
    for (const memory of opened.splice(0)) await memory.close()
  })

  const open = async (store: StoreDriver, ring?: EncryptionOptions): Promise<Memory> => {
    const memory = await openMemory({ store, ...(ring && { encryption: ring }) })
    opened.push(memory)
    return memory
  }
  /** A memory without a key that never hears of changes, as one that is asleep. */
  const openDeaf = async (): Promise<{ memory: Memory; faults: Faults }> => {
    const { driver: store, faults } = faultyStore(driver)
    faults.dropHints()
    return { memory: await open(store), faults }
  }
  const expectNothingPlain = async (): Promise<void> => {
    await using store = await driver.open('default', 'writer')
    expect(await plainPlaces(store, word)).toEqual([])
  }

  describe('a process without the key', () => {
    it.each(Object.entries(writes))('that opened before can’t write %s once sealing has begun', async (_, write) => {
      const { memory } = await openDeaf()
      const view = memory.as(boss)
      await view.facts.set('early', 1, { sensitivity: 'internal' })
      await open(other, encryption)
      await expect(write(view)).rejects.toMatchObject(missing)
      await expect(write(view)).rejects.toMatchObject(missing)
      await expectNothingPlain()
      await view.facts.set('internal', 1, { sensitivity: 'internal' })
      await view.facts.set('public', 1)
      expect([await view.facts.get('internal'), await view.facts.get('public')]).toEqual([1, 1])
    })

    it.each(Object.entries(writes))('can’t end a write of %s that it had begun', async (_, write) => {
      const { memory, faults } = await openDeaf()
      const begun = faults.hold('write', { when: 'before' })
      const writing = write(memory.as(boss))
      const outcome = expect(writing).rejects.toMatchObject(missing)
      await begun.reached
      await open(other, encryption)
      begun.release()
      await outcome
      await expectNothingPlain()
    })

    it('stores no content for an object, not even for a moment', async () => {
      const { memory, faults } = await openDeaf()
      const begun = faults.hold('objects.put', { when: 'before' })
      const writing = memory.as(boss).objects.put(word, secret)
      const outcome = expect(writing).rejects.toMatchObject(missing)
      await begun.reached
      await open(other, encryption)
      begun.release()
      await outcome
      expect(faults.calls('objects.delete')).toBe(0)
      await expectNothingPlain()
    })

    it('can’t write it in another thread either', async () => {
      const { memory } = await openDeaf()
      const { port1, port2 } = new MessageChannel()
      memory.connect(port1)
      await using thread = await joinMemory(port2)
      await open(other, encryption)
      for (const write of Object.values(writes)) await expect(write(thread.as(boss))).rejects.toMatchObject(missing)
      await expectNothingPlain()
    })

    it('keeps contents that another record needs', async () => {
      const { memory, faults } = await openDeaf()
      const { objects } = memory.as(boss)
      const known = await objects.put('well known')
      const begun = faults.hold('write', { when: 'before' })
      const outcome = expect(objects.put('well known', secret)).rejects.toMatchObject(missing)
      await begun.reached
      await open(other, encryption)
      begun.release()
      await outcome
      expect(await (await open(other)).as(boss).objects.get(known)).toBe('well known')
    })

    it('keeps what it holds: claims, leases and public work go on', async () => {
      const { memory } = await openDeaf()
      const { claims, facts } = memory.as(boss)
      const claim = await claims.claim('task', { leaseMs: 60_000 })
      if (!claim) throw new Error('The claim is free.')
      await open(other, encryption)
      await facts.set('done', 1, { claim })
      await claim.release()
      expect(await facts.get('done')).toBe(1)
    })
  })

  describe('a process with the key', () => {
    it('is open only when nobody can write a secret any more, before all is sealed', async () => {
      const { memory } = await openDeaf()
      const { facts } = memory.as(boss)
      await facts.set('early', 1, secret)
      const keyed = faultyStore(other)
      const beginning = keyed.faults.hold('write', { when: 'before', collection: 'settings' })
      using resealing = keyed.faults.hold('write', { when: 'before', collection: 'facts' })
      let isOpen = false
      const opening = open(keyed.driver, encryption).then(() => (isOpen = true))
      await beginning.reached
      await facts.set('still plain', 1, secret)
      expect(isOpen).toBe(false)
      beginning.release()
      await opening
      await expect(facts.set('pay', word, secret)).rejects.toMatchObject(missing)
      await resealing.reached
      await expect(facts.set('pay', word, secret)).rejects.toMatchObject(missing)
      await expectNothingPlain()
    })

    it('can’t leave plain what the space seals, though it would seal less', async () => {
      const deaf = faultyStore(driver)
      deaf.faults.dropHints()
      const memory = await open(deaf.driver, encryption)
      const internal = { sensitivity: 'internal' } as const
      await memory.as(boss).facts.set('before', 1, internal)
      await open(other, { ...encryption, from: 'internal' })
      await expect(memory.as(boss).facts.set('after', word, internal)).rejects.toMatchObject(missing)
      await memory.as(boss).facts.set('secret', 1, secret)
      expect(await memory.as(boss).facts.get('secret')).toBe(1)
      await memory.reseal()
      const later = await open(other, encryption)
      await expect(later.as(boss).objects.put(word, internal)).rejects.toMatchObject(missing)
      await expectNothingPlain()
    })
  })
}

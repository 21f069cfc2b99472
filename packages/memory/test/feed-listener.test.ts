import { mapStore, openMemory } from '@skein/memory'
import type { Facts } from '@skein/memory'
import { faultyStore } from '@skein/memory/testing'
import type { Faults } from '@skein/memory/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

import { EpochTable } from '../src/cache/epoch-table.ts'
import { gateWrites } from '../src/cache/write-gate.ts'

/** Two memories on one store. The first learns of the other only by hints: it has the longest possible heartbeat. */
async function pair(): Promise<{ mine: Facts; theirs: Facts; faults: Faults }> {
  const store = mapStore()
  const { driver, faults } = faultyStore(store)
  const first = await openMemory({ store: driver, heartbeatMs: 2 ** 31 - 1, auditKeepMs: 0 })
  const second = await openMemory({ store, auditKeepMs: 0 })
  onTestFinished(async () => {
    await first.close()
    await second.close()
  })
  return { mine: first.as({ id: 'a', role: 'r' }).facts, theirs: second.as({ id: 'b', role: 'r' }).facts, faults }
}

describe('copies of facts', () => {
  it('outlast writes of what nobody keeps copies of, here and in another process', async () => {
    const store = mapStore()
    const [first, second] = [await openMemory({ store }), await openMemory({ store })]
    onTestFinished(async () => {
      await first.close()
      await second.close()
    })
    const [mine, theirs] = [first.as({ id: 'a', role: 'r' }), second.as({ id: 'b', role: 'r' })]
    const keys = Array.from({ length: 500 }, (_, index) => `fact/${index}`)
    await Promise.all(keys.map((key) => mine.facts.set(key, key)))
    await Promise.all(keys.map((key) => mine.facts.get(key)))
    // Of twenty times as many pairs as there are slots, some share one.
    for (let count = 0; count < 1_500; count += 1) await mine.observations.log({ value: `mine ${count}` })
    for (let count = 0; count < 1_500; count += 1) await theirs.observations.log({ value: `theirs ${count}` })
    // Changes come in order: what was sent before this one has arrived, too.
    await theirs.facts.set('last', true)
    await expect.poll(() => mine.facts.get('last')).toBe(true)
    expect(keys.filter((key) => mine.facts.peek(key) === undefined)).toEqual([])
  })
})

describe('a process that follows the feed', () => {
  it('handles a hint that arrives during a read of the feed that lacks its change', async () => {
    const { mine, theirs, faults } = await pair()
    await theirs.set('k', 1)
    expect(await mine.get('k')).toBe(1)
    const restore = faults.dropHints()
    await theirs.set('other', 1)
    restore()
    const held = faults.hold('changes', { when: 'after' })
    // A gap makes the listener read the feed; hold the result.
    await theirs.set('other', 2)
    await held.reached
    await theirs.set('k', 2)
    held.release()
    await expect.poll(() => mine.get('k')).toBe(2)
  })

  it('does not mark a value as stale that it just read from the store', async () => {
    const { mine, theirs, faults } = await pair()
    await theirs.set('k', 1)
    faults.cut()
    expect(await mine.read('k')).not.toHaveProperty('mayBeStale')
  })

  it('keeps what it knows of a space only as long as the setting stays', async () => {
    const epochs = new EpochTable()
    const store = gateWrites(await mapStore().open('default', 'writer'), epochs)
    const write = (collection: 'settings' | 'messages'): Promise<unknown> => {
      const meta = { author: 'a', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
      return store.write([{ type: 'set', key: { collection, id: 'k' }, value: '1', meta }])
    }
    for (const [collection, stays] of [
      ['settings', false],
      ['messages', true],
    ] as const) {
      const slot = epochs.slotOf(collection, 'k')
      const [before, news] = [epochs.observe(slot) ?? 0, epochs.newsOf(slot)]
      await write(collection)
      expect(epochs.isCurrent(slot, before)).toBe(stays)
      expect(epochs.newsOf(slot)).toBe(news + 1)
    }
    await store[Symbol.asyncDispose]()
  })

  it('caches nothing that was observed while another thread marked it as disconnected', () => {
    const epochs = new EpochTable()
    const slot = epochs.slotOf('facts', 'k')
    epochs.markDisconnected(false)
    expect(epochs.observe(slot)).toBeUndefined()
    epochs.reconnect()
    const before = epochs.observe(slot)
    epochs.markDisconnected(false)
    expect(epochs.isCurrent(slot, before ?? 0)).toBe(false)
  })
})

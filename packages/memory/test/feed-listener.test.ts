import { mapStore, openMemory } from '@skein/memory'
import type { Facts } from '@skein/memory'
import { faultyStore } from '@skein/memory/testing'
import type { Faults } from '@skein/memory/testing'
import { describe, expect, it, onTestFinished } from 'vitest'

import { EpochTable } from '../src/cache/epoch-table.ts'

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

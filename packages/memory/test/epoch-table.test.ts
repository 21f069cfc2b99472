import { Worker } from 'node:worker_threads'

import { describe, expect, it } from 'vitest'

import { EpochTable } from '../src/cache/epoch-table.ts'

describe('the epoch table', () => {
  it('lets no reader see a value older than a completed write', async () => {
    const epochs = new EpochTable()
    const register = new SharedArrayBuffer(8)
    const value = new Int32Array(register, 0, 1)
    const finished = new Int32Array(register, 4, 1)
    const slot = epochs.slotOf('facts', 'k')
    const readers = [1, 2].map(
      () =>
        new Worker(new URL('./fixtures/epoch-thread.ts', import.meta.url), {
          workerData: { epochs: epochs.buffer, register, reads: 5_000_000 },
        }),
    )
    let running = readers.length
    const results = readers.map(
      (reader) =>
        new Promise<{ hits: number; stale: number }>((resolve, reject) => {
          reader.on('message', resolve)
          reader.on('error', reject)
          reader.on('exit', () => (running -= 1))
        }),
    )
    while (running > 0) {
      for (let burst = 0; burst < 500; burst += 1) {
        epochs.begin(slot)
        const next = Atomics.add(value, 0, 1) + 1
        epochs.end(slot)
        Atomics.store(finished, 0, next)
      }
      await new Promise((resolve) => setImmediate(resolve))
    }
    for (const { hits, stale } of await Promise.all(results)) {
      expect(stale).toBe(0)
      expect(hits).toBeGreaterThan(0)
    }
  })

  it('refuses a fill while a write is under way, and one that began before it', () => {
    const epochs = new EpochTable()
    const slot = epochs.slotOf('facts', 'k')
    const before = epochs.observe(slot)
    epochs.begin(slot)
    expect(epochs.observe(slot)).toBeUndefined()
    epochs.end(slot)
    expect(before !== undefined && epochs.isCurrent(slot, before)).toBe(false)
    const after = epochs.observe(slot)
    expect(after !== undefined && epochs.isCurrent(slot, after)).toBe(true)
    epochs.invalidateAll()
    expect(after !== undefined && epochs.isCurrent(slot, after)).toBe(false)
  })

  it('wakes a waiter for a write, at once if the write has ended already', async () => {
    const epochs = new EpochTable()
    const slot = epochs.slotOf('work', 'k')
    const seen = epochs.newsOf(slot)
    const woken = epochs.untilNews(slot, seen, 60_000)
    epochs.invalidate(slot)
    await woken
    await epochs.untilNews(slot, seen, 60_000)
    const stop = new AbortController()
    const waiting = epochs.untilNews(slot, epochs.newsOf(slot), 60_000, stop.signal)
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
  })
})

import { spawnSync } from 'node:child_process'
import { hash } from 'node:crypto'
import { totalmem } from 'node:os'

import { mapStore, openMemory } from '@skein/memory'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { FreeList } from '../src/objects/free-list.ts'
import { ObjectArena } from '../src/objects/object-arena.ts'
import { sharedObjectBuffers, SharedObjects } from '../src/objects/shared-objects.ts'

const kilobyte = 1_024
const name = (n: number): string => hash('sha256', `${n}`, 'hex')

function open(bytes: number) {
  const arena = new ObjectArena(sharedObjectBuffers(bytes))
  const threads = [0, 1].map((thread) => new SharedObjects(arena.buffers, thread))
  const put = (n: number, length: number): boolean => {
    const offset = arena.reserve(length)
    if (offset === undefined) return false
    ;(threads[0] as SharedObjects).region(offset, length).fill(n)
    arena.publish(name(n), offset, length)
    return true
  }
  return { arena, threads: threads as [SharedObjects, SharedObjects], put }
}

describe('shared objects', () => {
  it('are found by every thread, in place', () => {
    const { threads, put } = open(64 * kilobyte)
    put(7, 100)
    for (const thread of threads) {
      const found = thread.find(name(7))
      expect(found?.bytes).toHaveLength(100)
      expect(found?.bytes.every((byte) => byte === 7)).toBe(true)
      found?.release()
    }
    expect(threads[0].find(name(8))).toBeUndefined()
  })

  it('make room by evicting the least recently used unpinned object', () => {
    const { threads, put } = open(4 * kilobyte)
    for (const n of [1, 2, 3, 4]) put(n, kilobyte)
    const pinned = threads[1].find(name(1))
    expect(put(5, kilobyte)).toBe(true)
    expect(pinned?.bytes.every((byte) => byte === 1)).toBe(true)
    expect([1, 2, 3, 4, 5].filter((n) => threads[0].find(name(n)))).toHaveLength(4)
  })

  it('are refused while all space is pinned, and accepted again afterwards', () => {
    const { arena, threads, put } = open(2 * kilobyte)
    put(1, kilobyte)
    put(2, kilobyte)
    const pins = [threads[0].find(name(1)), threads[1].find(name(2))]
    expect(put(3, kilobyte)).toBe(false)
    pins[0]?.release()
    pins[0]?.release()
    expect(put(3, kilobyte)).toBe(true)
    // The other thread ended without releasing.
    arena.unpinThread(1)
    expect(put(4, kilobyte)).toBe(true)
  })

  it('larger than half of the arena are refused, and an arena of size 0 accepts nothing', () => {
    const { put } = open(4 * kilobyte)
    expect(put(1, 3 * kilobyte)).toBe(false)
    expect(open(0).put(1, 1)).toBe(false)
  })

  it('take no memory before there are any, and no more than they need', () => {
    const { arena, put } = open(256 * kilobyte * kilobyte)
    expect(arena.buffers.arena.byteLength).toBe(0)
    put(1, 3 * kilobyte * kilobyte)
    expect(arena.buffers.arena.byteLength).toBe(4 * kilobyte * kilobyte)
  })

  it('leave a process able to start others, however many memories it opens', async () => {
    const sharedObjectBytes = 2 ** 31
    await using opened = new AsyncDisposableStack()
    for (let bytes = 0; bytes < 3 * totalmem(); bytes += sharedObjectBytes)
      opened.use(await openMemory({ store: mapStore(), sharedObjectBytes }))
    expect(spawnSync(process.execPath, ['--version']).error).toBeUndefined()
  })

  it('never show the bytes of another object', () => {
    const steps = fc.array(
      fc.record({ n: fc.integer({ min: 0, max: 30 }), length: fc.integer({ min: 1, max: 900 }), hold: fc.boolean() }),
      { maxLength: 200 },
    )
    fc.assert(
      fc.property(steps, (all) => {
        const { threads, put } = open(4 * kilobyte)
        const held: { n: number; bytes: Uint8Array }[] = []
        for (const { n, length, hold } of all) {
          put(n, length)
          const found = threads[n % 2]?.find(name(n))
          if (found && hold && held.length < 5) held.push({ n, bytes: found.bytes })
          else found?.release()
          for (const { n: own, bytes } of held) expect(bytes.every((byte) => byte === own)).toBe(true)
        }
      }),
    )
  })
})

describe('the free list', () => {
  it('allocates no byte twice and loses none', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.integer({ min: 1, max: 300 }), fc.constant('give')), { maxLength: 100 }),
        (all) => {
          const list = new FreeList()
          list.give(0, 1_000)
          const taken: { offset: number; size: number }[] = []
          for (const step of all) {
            if (step === 'give') {
              const span = taken.shift()
              if (span) list.give(span.offset, span.size)
              continue
            }
            const offset = list.take(step as number)
            if (offset === undefined) continue
            const overlaps = taken.some(
              (span) => offset < span.offset + span.size && span.offset < offset + (step as number),
            )
            expect(overlaps).toBe(false)
            taken.push({ offset, size: step as number })
          }
          for (const { offset, size } of taken) list.give(offset, size)
          expect(list.take(1_000)).toBe(0)
        },
      ),
    )
  })
})

import { once } from 'node:events'

import { move } from '@skein/core'
import { move as piscinaMove } from 'piscina'
import { describe, expect, it } from 'vitest'

import { openFlock } from '../open-flock.ts'

async function open() {
  const { flock } = await openFlock(undefined, { threads: 1, graceMs: 20 })
  return flock.activities<typeof import('./fixtures/moving.ts')>(new URL('./fixtures/moving.ts', import.meta.url))
}

const filled = (size = 1_000_000): Uint8Array<ArrayBuffer> => new Uint8Array(size).fill(2)

describe('an input', () => {
  it('is moved by move(), whole or in parts', async () => {
    const moving = await open()
    const [whole, part] = [filled(), filled()]
    expect(await moving.sum(move(whole))).toBe(2_000_000)
    expect(whole.byteLength).toBe(0)
    expect(await moving.sumOf(move({ name: 'part', bytes: part }, [part.buffer]))).toBe('part 1000000')
    expect(part.byteLength).toBe(0)
  })

  it("is moved by piscina's own move()", async () => {
    const moving = await open()
    const bytes = filled()
    expect(await moving.sum(piscinaMove(bytes) as unknown as Uint8Array)).toBe(2_000_000)
    expect(bytes.byteLength).toBe(0)
  })

  it('is copied without it', async () => {
    const moving = await open()
    const bytes = filled(10)
    expect(await moving.sum(bytes)).toBe(20)
    expect(bytes.byteLength).toBe(10)
    expect(await moving.sum(move(new Uint8Array(new SharedArrayBuffer(10)).fill(1)))).toBe(10)
  })

  it('that is moved is sent once: it is not tried again', async () => {
    const moving = await open()
    await expect(moving.failWith(move(filled(10)))).rejects.toMatchObject({ code: 'SKEIN_OPTION', option: 'retry' })
    await expect(moving.failWith(move(filled(10)), { retry: { maxRetries: 0 } })).rejects.toThrow('failed with it')
    const gone = move(filled(10))
    await moving.sum(gone)
    await expect(moving.sum(gone)).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_INPUT', activity: 'sum' })
    const begun = Promise.withResolvers<unknown>()
    const napping = moving.napWith(move(filled(10)), { onProgress: begun.resolve })
    const lost = expect(napping).rejects.toMatchObject({ code: 'SKEIN_THREAD_LOST', activity: 'napWith' })
    await begun.promise
    await expect(moving.exitWith(filled(10))).rejects.toMatchObject({ code: 'SKEIN_THREAD_LOST' })
    await lost
  })

  it.each([
    ['a plain object without a list', () => move({ bytes: filled(1) })],
    ['a text without a list', () => move('text')],
    ['a list of other things', () => move({}, ['text' as never])],
    ['no list', () => move({}, {} as never)],
  ])('is refused by name: %s', (_, attempt) => {
    expect(attempt).toThrow(expect.objectContaining({ code: 'SKEIN_OPTION', option: 'transfer' }))
  })

  it('that can not be moved is refused by name', async () => {
    const moving = await open()
    const { buffer } = filled(1)
    for (const list of [[{} as ArrayBuffer], [buffer, buffer]]) {
      await expect(moving.sumOf(move({ name: 'n', bytes: filled(1) }, list))).rejects.toMatchObject({
        code: 'SKEIN_ACTIVITY_INPUT',
        activity: 'sumOf',
      })
    }
    expect(await moving.sum(filled(1))).toBe(2)
  })
})

describe('an output', () => {
  it('is moved by move(), whole or in parts', async () => {
    const moving = await open()
    const bytes = await moving.give(1_000_000)
    expect([bytes.length, bytes[999_999]]).toEqual([1_000_000, 3])
    expect(await moving.left(null)).toBe(0)
    const both = await moving.giveBoth(10)
    expect(both).toEqual({ a: new Uint8Array(10).fill(1), b: new ArrayBuffer(10), text: 'and more' })
    expect(await moving.giveAsPiscina(10)).toEqual(new Uint8Array(10).fill(3))
  })

  it('may be a port', async () => {
    const moving = await open()
    const port = await moving.givePort(null)
    const [message] = (await once(port, 'message')) as [unknown]
    expect(message).toBe('through the port')
  })

  it('that can not be sent is refused by name, and the thread goes on', async () => {
    const moving = await open()
    for (const bad of [moving.giveTwice, moving.giveWithFunction]) {
      await expect(bad(10)).rejects.toMatchObject({ code: 'SKEIN_ACTIVITY_INPUT' })
    }
    expect(await moving.give(1)).toEqual(new Uint8Array(1).fill(3))
  })
})

it('progress is moved too', async () => {
  const moving = await open()
  const seen: unknown[] = []
  expect(await moving.reportBytes(1_000, { onProgress: (value) => seen.push(value) })).toBe(0)
  expect(seen).toEqual([new Uint8Array(1_000).fill(4)])
})

import { describe, expect, it, onTestFinished } from 'vitest'

import { mapStore, openMemory } from '../src/index.ts'
import type { Principal } from '../src/index.ts'
import { carryOut, handedWork, handOver, KeptByOther, noCost, OrderLost, ReadScope } from '../src/runtime.ts'
import type { CarriedOut, HandedWork, OrderedWork } from '../src/runtime.ts'

const ann = { id: 'ann', role: 'reader' }
const bob = { id: 'bob', role: 'worker' }
const never = new AbortController().signal

describe('work that others do', () => {
  it('has its order in the record until it has its result there', async () => {
    const { view, other, found } = await open()
    const told = Promise.withResolvers<void>()
    const answer = handOver<number>(view, 'k', () => ({ n: 6 }), untilTold(told.promise, 42), {
      title: 'Six times seven',
    })
    const handed = await found('k')
    expect(handed.order).toMatchObject({ task: { n: 6 }, sources: [] })
    const isKept = await carryOut(other, handed, yields(42), { signal: never })
    expect(isKept).toBe(true)
    told.resolve()
    expect(await answer).toMatchObject({ value: 42, reused: false })
    const { order, result } = await handedWork(other, 'k')
    expect([order, result]).toMatchObject([undefined, { value: 42, cost: { ms: 7 }, label: { sensitivity: 'public' } }])
    // Whoever asks later gets what the other has kept.
    expect(await other.once('k', () => 0)).toMatchObject({ value: 42, reused: true, cost: { ms: 7 } })
  })

  it('keeps the first of two results', async () => {
    const { view, other, found } = await open()
    const told = Promise.withResolvers<void>()
    const answer = handOver<number>(view, 'k', () => 'order', untilTold(told.promise, 1), {})
    const handed = await found('k')
    expect(await carryOut(other, handed, yields(1), { signal: never })).toBe(true)
    // Who was cut off meanwhile comes too late.
    expect(await carryOut(other, handed, yields(2), { signal: never })).toBe(true)
    told.resolve()
    await answer
    expect((await handedWork(other, 'k')).result?.value).toBe(1)
  })

  it('keeps what was begun for an owner that is gone for the next one', async () => {
    const { view, other, found } = await open()
    const stop = new AbortController()
    const first = handOver<number>(view, 'k', () => 'order', untilTold(new Promise(() => {}), 1), {
      signal: stop.signal,
    })
    const handed = await found('k')
    stop.abort(new Error('enough'))
    await expect(first).rejects.toThrow('enough')
    await expect.poll(async () => (await handedWork(other, 'k')).order).toBeUndefined()
    const told = Promise.withResolvers<void>()
    const second = handOver<number>(view, 'k', () => 'order', untilTold(told.promise, 1), {})
    await found('k')
    expect(await carryOut(other, handed, yields(1), { signal: never })).toBe(true)
    told.resolve()
    expect(await second).toMatchObject({ value: 1 })
  })

  it('is not kept by those who no longer have it', async () => {
    const { view, other, found } = await open()
    const stop = new AbortController()
    const answer = handOver(view, 'k', () => 'order', untilTold(new Promise(() => {}), 1), { signal: stop.signal })
    const beforeKeeping = async (): Promise<never> => {
      throw new Error('taken over')
    }
    const late = carryOut(other, await found('k'), yields(1), { signal: never, beforeKeeping })
    await expect(late).rejects.toThrow('taken over')
    expect(await handedWork(other, 'k')).toMatchObject({ order: { task: 'order' }, result: undefined })
    stop.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
  })

  it('is begun again where its order is gone', async () => {
    const { view } = await open()
    let begun = 0
    const work = async (): Promise<KeptByOther> => {
      begun += 1
      if (begun === 1) throw new OrderLost()
      return new KeptByOther('again')
    }
    expect(await handOver(view, 'k', () => 'order', work, {})).toMatchObject({ value: 'again' })
    expect(begun).toBe(2)
  })

  it('stays as it is when whoever does it fails', async () => {
    const { view, other, found } = await open()
    const stop = new AbortController()
    const answer = handOver(view, 'k', () => 'order', untilTold(new Promise(() => {}), 1), { signal: stop.signal })
    const failing = async (): Promise<never> => {
      throw new Error('no')
    }
    await expect(carryOut(other, await found('k'), failing, { signal: never })).rejects.toThrow('no')
    expect((await handedWork(other, 'k')).order).toMatchObject({ task: 'order' })
    stop.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
  })

  it('is derived from what its owner has read, and as sensitive', async () => {
    const { memory, found } = await open()
    const cleared: Principal = { ...ann, clearance: { level: 'confidential' } }
    const ref = await memory.as(cleared).objects.put('secret', { sensitivity: 'confidential' })
    using scope = new ReadScope()
    const view = memory.as(cleared, scope)
    await view.objects.get(ref)
    const told = Promise.withResolvers<void>()
    const answer = handOver(view, 'k', () => 'order', untilTold(told.promise, 1), {})
    const reader = memory.as({ ...bob, clearance: { level: 'confidential' } })
    const handed = await found('k', reader)
    using own = new ReadScope()
    own.noteLabel(scope.label)
    expect(await carryOut(memory.as(cleared, own), handed, yields(1), { signal: never })).toBe(true)
    told.resolve()
    await answer
    const { result } = await handedWork(reader, 'k')
    expect(result).toMatchObject({ label: { sensitivity: 'confidential' }, sources: [ref.id] })
  })

  it('is for those of its clearance alone', async () => {
    const { memory, view, found } = await open()
    const stop = new AbortController()
    const answer = handOver(view, 'k', () => 'order', untilTold(new Promise(() => {}), 1), { signal: stop.signal })
    const handed = await found('k')
    const cleared = memory.as({ ...bob, clearance: { level: 'internal' } })
    expect((await handedWork(cleared, 'k')).order).toBeUndefined()
    await expect(carryOut(cleared, handed, yields(1), { signal: never })).rejects.toMatchObject({
      code: 'SKEIN_ACCESS',
    })
    stop.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
  })
})

async function open() {
  const memory = await openMemory({ store: mapStore() })
  onTestFinished(() => memory.close())
  const [view, other] = [memory.as(ann), memory.as(bob)]
  const found = async (key: string, by = other): Promise<HandedWork> => {
    await expect.poll(async () => (await handedWork(by, key)).order).toBeDefined()
    return handedWork(by, key)
  }
  return { memory, view, other, found }
}

/** The work of an owner: it waits until it is told, or stopped. */
function untilTold<T>(told: Promise<void>, value: T): OrderedWork<T> {
  return async ({ signal }) => {
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
    })
    await Promise.race([told, stopped])
    return new KeptByOther(value)
  }
}

function yields(value: unknown): CarriedOut {
  return async () => ({ value, cost: { ...noCost, ms: 7 } })
}

import { describe, expect, it, onTestFinished } from 'vitest'

import { mapStore, openMemory } from '../src/index.ts'
import type { Memory, Principal, View } from '../src/index.ts'
import { carryOut, handedWork, handOver, KeptByOther, noCost, ReadScope } from '../src/runtime.ts'
import type { CarriedOut, HandedWork, OrderedWork } from '../src/runtime.ts'
import { faultyStore } from '../src/testing/index.ts'
import type { Faults } from '../src/testing/index.ts'

const ann: Principal = { id: 'ann', role: 'reader', rights: ['erase', 'correct'] }
const bob: Principal = { id: 'bob', role: 'worker' }
const never = new AbortController().signal
const recompute = { onRetract: 'recompute' } as const

describe('the result of work that others do', () => {
  it('is not kept where something was retracted just before', async () => {
    const { memory, ann: view, order, finish } = await open()
    const seen = await view.observations.log({ value: 'sold' })
    const handed = await order(view, recompute)
    const isKept = await finish(handed, async (worker) => void (await worker.observations.list()), {
      beforeKeeping: async () => void (await view.observations.retract(seen.id, 'It was wrong.')),
    })
    expect(isKept).toBe(false)
    expect((await handedWork(memory.as(bob), 'k')).result).toBeUndefined()
  })

  it('is not kept where something was forgotten just before, though nobody knew whether it was written', async () => {
    const { memory, ann: view, order, finish, faults } = await open()
    const seen = await view.observations.log({ value: 'sold' })
    const handed = await order(view)
    let tries = 0
    const beforeKeeping = async (): Promise<void> => {
      if ((tries += 1) > 1) return
      await view.forget(seen.id, { reason: 'asked' })
      faults.fail('write', { when: 'after', collection: 'work' })
    }
    const isKept = await finish(handed, async (worker) => void (await worker.observations.list()), { beforeKeeping })
    expect([isKept, tries]).toEqual([false, 2])
    expect((await handedWork(memory.as(bob), 'k')).result).toBeUndefined()
  })

  it('is taken back when the store is away at first', async () => {
    const { memory, ann: view, order, finish, faults } = await open()
    const seen = await view.observations.log({ value: 'sold' })
    const handed = await order(view)
    const isKept = await finish(handed, async (worker) => void (await worker.observations.list()), {
      beforeKeeping: async () => {
        await view.forget(seen.id, { reason: 'asked' })
        // The write passes that keeps it, the next one does not.
        faults.fail('read', { collection: 'work', times: 2 })
      },
    })
    expect(isKept).toBe(false)
    expect((await handedWork(memory.as(bob), 'k')).result).toBeUndefined()
  })

  it('goes to nobody where what its order was given is forgotten, with the order', async () => {
    const { memory, ann: view, finish } = await open()
    const seen = await view.observations.log({ value: 'sold' })
    using scope = new ReadScope()
    const reader = memory.as(ann, scope)
    await reader.observations.list()
    const answer = handOver(reader, 'k', () => 'sold', lost, {})
    answer.catch(() => {})
    await expect.poll(async () => (await handedWork(reader, 'k')).order).toBeDefined()
    const handed = await handedWork(memory.as(bob), 'k')
    await view.forget(seen.id, { reason: 'asked', derived: 'forget' })
    expect((await handedWork(memory.as(bob), 'k')).order).toBeUndefined()
    expect(await finish(handed, async () => {})).toBe(false)
    expect((await handedWork(memory.as(bob), 'k')).stored).toBeUndefined()
  })

  it('is kept where what its order was given has gone by itself', async () => {
    const { memory, ann: view, finish } = await open()
    const ref = await view.objects.put('for a while')
    using scope = new ReadScope()
    const reader = memory.as(ann, scope)
    await reader.objects.get(ref)
    handOver(reader, 'k', () => 'order', lost, {}).catch(() => {})
    await expect.poll(async () => (await handedWork(reader, 'k')).order).toBeDefined()
    const handed = await handedWork(memory.as(bob), 'k')
    expect(handed.stored?.derivedFrom).toEqual([ref.id])
    await view.forget(ref, { reason: 'asked', derived: 'keep' })
    expect(await finish(handed, async () => {})).toBe(true)
  })

  it('goes to its owner alone where it rests on what was retracted before', async () => {
    const { memory, ann: view, finish } = await open()
    const seen = await view.observations.log({ value: 'sold' })
    using scope = new ReadScope()
    const reader = memory.as(ann, scope)
    await reader.observations.list()
    await view.observations.retract(seen.id, 'It was wrong.')
    const told = Promise.withResolvers<void>()
    const work = async (): Promise<KeptByOther> => {
      await told.promise
      const { result } = await handedWork(view, 'k')
      return new KeptByOther(result?.value, result?.isKept)
    }
    const answer = handOver(reader, 'k', () => 'order', work, recompute)
    await expect.poll(async () => (await handedWork(view, 'k')).order).toBeDefined()
    expect(await finish(await handedWork(memory.as(bob), 'k'), async () => {})).toBe(false)
    expect((await handedWork(view, 'k')).result).toMatchObject({ value: 42, isKept: false })
    told.resolve()
    expect(await answer).toMatchObject({ value: 42, reused: false })
    expect((await handedWork(view, 'k')).stored).toBeUndefined()
    expect(await view.once('k', () => 'again')).toMatchObject({ value: 'again' })
  })

  it('is read as the audit notes, and as a scope does', async () => {
    const { memory, order, ann: view } = await open()
    await order(view)
    using scope = new ReadScope()
    const cleared = { id: 'cora', role: 'worker', clearance: { level: 'internal' } } as const
    const handed = await handedWork(memory.as(bob), 'k')
    const work: CarriedOut = async () => ({ value: 1, cost: noCost })
    await expect(carryOut(memory.as(cleared), handed, work, { signal: never })).rejects.toThrow('clearance')
    expect(await carryOut(memory.as(bob), handed, work, { signal: never })).toBe(true)
    expect((await handedWork(memory.as(bob, scope), 'k')).result?.value).toBe(1)
    expect(scope.sources).toEqual(['~work/public k'])
    const auditor = memory.as({ id: 'sue', role: 'auditor', rights: ['audit'], clearance: { level: 'confidential' } })
    const entries = await Array.fromAsync(auditor.audit.entries())
    const seen = entries.filter(({ collection, action }) => collection === 'work' && action === 'read')
    expect(seen.map(({ agent, outcome }) => `${agent} ${outcome}`)).toEqual(
      expect.arrayContaining(['ann hit', 'bob hit', 'cora refused']),
    )
  })

  it('is waited for no longer when the memory is closed', async () => {
    const { memory, ann: view } = await open()
    const waiting = handOver(view, 'k', () => 'order', untilStopped, {})
    await expect.poll(async () => (await handedWork(view, 'k')).order).toBeDefined()
    const closed = memory.close()
    await expect(waiting).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
    await closed
  })

  it('is no reason to begin again for work that has failed and has lost its lease', async () => {
    const { memory, ann: view, finish, faults } = await open()
    const fail = Promise.withResolvers<never>()
    let begun = 0
    const work = (): Promise<never> => {
      begun += 1
      return fail.promise
    }
    const waiting = handOver(view, 'k', () => 'order', work, { leaseMs: 1_200 })
    waiting.catch(() => {})
    await expect.poll(async () => (await handedWork(view, 'k')).order).toBeDefined()
    expect(await finish(await handedWork(memory.as(bob), 'k'), async () => {})).toBe(true)
    expect(await memory.as(bob).forgetWork('k')).toBe(true)
    // Its renewal is refused.
    using renewal = faults.hold('write', { when: 'after', collection: 'work' })
    await renewal.reached
    renewal.release()
    await new Promise((resolve) => setImmediate(resolve))
    fail.reject(new Error('no'))
    await expect(waiting).rejects.toThrow('no')
    expect(begun).toBe(1)
  })
})

interface Opened {
  readonly memory: Memory
  readonly ann: View
  readonly faults: Faults
  /** Hands over work with the key `k` for an owner that is gone at once. */
  order(view: View, options?: { readonly onRetract?: 'recompute' }): Promise<HandedWork>
  /** Does it: it reads something, and its result is 42. */
  finish(
    handed: HandedWork,
    read: (view: View) => Promise<void>,
    parts?: { readonly beforeKeeping: () => Promise<void> },
  ): Promise<boolean>
}

async function open(): Promise<Opened> {
  const { driver, faults } = faultyStore(mapStore())
  const memory = await openMemory({ store: driver })
  onTestFinished(() => memory.close())
  return {
    memory,
    ann: memory.as(ann),
    faults,
    order: async (view, options = {}) => {
      handOver(view, 'k', () => 'order', untilStopped, options).catch(() => {})
      await expect.poll(async () => (await handedWork(view, 'k')).order).toBeDefined()
      return handedWork(memory.as(bob), 'k')
    },
    finish: async (handed, read, parts) => {
      using scope = new ReadScope()
      const view = memory.as(bob, scope)
      const work: CarriedOut = async () => {
        await read(view)
        return { value: 42, cost: noCost }
      }
      return carryOut(view, handed, work, { signal: never, ...parts })
    },
  }
}

/** The work of an owner that waits until it is stopped. */
const untilStopped: OrderedWork<never> = ({ signal }) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })

/** The work of an owner that hears of nothing. */
const lost: OrderedWork<never> = () => new Promise<never>(() => {})

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Memory } from '../../memory.ts'
import { openMemory } from '../../open-memory.ts'
import { faultyStore } from '../faulty-store.ts'
import type { Faults } from '../faults.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { ann, bob } from './principals.ts'

/** Who waits continues after an outage of the store, as if there had been none. */
export function outageCases(options: StoreContractOptions): void {
  let theirs: Memory
  let mine: Memory
  let faults: Faults
  const told: string[] = []

  beforeEach(async () => {
    const driver = await options.create()
    const faulty = faultyStore((await options.reopen?.()) ?? driver)
    faults = faulty.faults
    theirs = await openMemory({ store: driver })
    mine = await openMemory({ store: faulty.driver })
    told.length = 0
    for (const name of ['disconnected', 'reconnected', 'dataLost'] as const) mine.on(name, () => told.push(name))
  })
  afterEach(async () => {
    await mine.close()
    await theirs.close()
  })

  /** Cuts this memory off from its store for a while, in which others continue. */
  const cutOff = async (meanwhile: () => Promise<unknown>): Promise<void> => {
    const end = faults.outage()
    // Something must fail, so that everybody has met the outage.
    await mine
      .as(ann)
      .facts.set('x', 1)
      .catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 300))
    await meanwhile()
    const back = Promise.withResolvers<void>()
    const stop = mine.on('reconnected', () => back.resolve())
    end()
    await back.promise
    stop()
  }

  it('a watch goes on without a gap', async () => {
    const changes = mine.as(ann).watch('facts/', { after: await mine.as(ann).feed.last() })
    await theirs.as(bob).facts.set('before', 1)
    expect((await changes.next()).value).toMatchObject({ id: 'before' })
    const next = changes.next()
    await cutOff(async () => {
      for (let count = 1; count <= 3; count += 1) await theirs.as(bob).facts.set(`during/${count}`, 1)
    })
    await theirs.as(bob).facts.set('after', 1)
    const seen = [
      (await next).value,
      (await changes.next()).value,
      (await changes.next()).value,
      (await changes.next()).value,
    ]
    expect(seen.map((change) => change?.id)).toEqual(['during/1', 'during/2', 'during/3', 'after'])
    await changes.return()
  })

  it('alerts go on arriving, those of the outage too', async () => {
    const seen: unknown[] = []
    const last = Promise.withResolvers<void>()
    const stop = mine.as(ann).alerts.subscribe(({ insight }) => {
      seen.push(insight)
      if (insight === 'after') last.resolve()
    })
    const { alerts } = theirs.as(bob)
    await alerts.send({ to: ['ann'], insight: 'before' })
    await cutOff(() => alerts.send({ to: ['ann'], insight: 'during' }))
    await alerts.send({ to: ['ann'], insight: 'after' })
    await last.promise
    expect(seen).toEqual(['before', 'during', 'after'])
    stop()
  })

  it('alerts arrive though the outage began before the subscription', async () => {
    const seen = Promise.withResolvers<unknown>()
    let stop = (): void => {}
    await theirs.as(bob).alerts.send({ to: ['ann'], insight: 'early' })
    await cutOff(async () => {
      stop = mine.as(ann).alerts.subscribe(({ insight }) => seen.resolve(insight))
    })
    expect(await seen.promise).toBe('early')
    stop()
  })

  it('an answer resumes who waits for it', async () => {
    const { id } = await theirs.as(bob).escalations.open({ task: 't', reason: 'why' })
    const waiting = mine.as(ann).escalations.answered(id)
    await cutOff(() => theirs.as(bob).escalations.answer(id, 'because'))
    expect(await waiting).toMatchObject({ answer: 'because' })
  })

  it('work of another process reaches who waits for it', async () => {
    const started = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    const working = theirs.as(bob).once('k', async () => {
      started.resolve()
      await end.promise
      return 'done'
    })
    await started.promise
    const waiting = mine.as(ann).once('k', () => 'mine')
    await cutOff(async () => {
      end.resolve()
      await working
    })
    expect(await waiting).toMatchObject({ value: 'done', reused: true })
  })

  it('work that ends during the outage is stored, and not done again', async () => {
    const started = Promise.withResolvers<void>()
    const end = Promise.withResolvers<void>()
    let runs = 0
    const work = async (): Promise<number> => {
      runs += 1
      started.resolve()
      await end.promise
      return runs
    }
    const working = mine.as(ann).once('k', work)
    await started.promise
    await cutOff(async () => end.resolve())
    expect(await working).toMatchObject({ value: 1, reused: false })
    expect(await theirs.as(ann).once('k', work)).toMatchObject({ value: 1, reused: true })
  })

  it('a claim outlives an outage shorter than its lease, and its signal says when it did not', async () => {
    const [long, short] = [
      await mine.as(ann).claims.claim('long'),
      await mine.as(ann).claims.claim('short', { leaseMs: 150 }),
    ]
    if (!long || !short) throw new Error('taken')
    await cutOff(async () => {})
    expect(short.signal.aborted).toBe(true)
    expect(long.signal.aborted).toBe(false)
    await mine.as(ann).facts.set('k', 1, { claim: long })
    expect(await theirs.as(bob).claims.claim('short')).toBeDefined()
  })

  describe('is told by', () => {
    it('one event at its beginning and one at its end, whatever waits', async () => {
      const { id } = await theirs.as(bob).escalations.open({ task: 't', reason: 'why' })
      const stop = mine.as(ann).alerts.subscribe(() => {})
      const changes = mine.as(ann).watch('facts/')
      const waiting = [changes.next(), mine.as(ann).escalations.answered(id)]
      await cutOff(() => theirs.as(bob).facts.set('k', 1))
      expect(told).toEqual(['disconnected', 'reconnected'])
      stop()
      await theirs.as(bob).escalations.answer(id, 1)
      await Promise.all(waiting)
      await changes.return()
      expect(told).toEqual(['disconnected', 'reconnected'])
    })
  })
}

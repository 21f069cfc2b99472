import { once } from 'node:events'

import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Memory } from '../../memory.ts'
import { openMemory } from '../../open-memory.ts'
import type { StoreDriver } from '../../store/store-driver.ts'
import { outlast } from '../../values/outlast.ts'
import { until, within } from '../patience.ts'
import { plainPlaces } from '../sealing/leftovers.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { ann, bob } from './principals.ts'

/** The storage goes back to an earlier state and continues from there, while memories are open. */
export function dataLossCases(options: StoreContractOptions): void {
  describe.skipIf(!options.snapshot || !options.reopen)('after an older state was put back, the store', () => {
    let mine: Memory
    let theirs: Memory
    beforeEach(async () => {
      mine = await openMemory({ store: await options.create() })
      theirs = await openMemory({ store: (await options.reopen?.()) as StoreDriver })
    })
    afterEach(async () => {
      await mine.close()
      await theirs.close()
    })

    /** Undoes everything that happens meanwhile, and waits until this memory has noticed. */
    const undone = async (meanwhile: () => Promise<void>): Promise<void> => {
      const putBack = await options.snapshot?.()
      await meanwhile()
      const told = Promise.withResolvers<void>()
      const stop = mine.on('dataLost', () => told.resolve())
      await putBack?.()
      // Somebody who does not know of the loss keeps writing.
      for (let count = 0; count < 30; count += 1) await outlast(() => theirs.as(bob).facts.set('other', count))
      await within(told.promise, 'that the memory was told of the loss')
      stop()
    }

    it('gives higher positions and versions from then on', async () => {
      const { facts, feed } = mine.as(ann)
      await facts.set('k', 'kept')
      let [version, last] = [0, 0]
      await undone(async () => {
        for (let count = 0; count < 5; count += 1) version = (await facts.set('k', count)).version
        last = await feed.last()
      })
      expect(await feed.last()).toBeGreaterThan(last)
      expect((await facts.set('k', 'new')).version).toBeGreaterThan(version)
      expect((await facts.set('k2', 'new')).version).toBeGreaterThan(0)
    })

    it('shows nobody a copy of what was lost', async () => {
      const { facts } = mine.as(ann)
      await facts.set('k', 'kept')
      await undone(async () => {
        await facts.set('k', 'lost')
        await facts.set('new', 'lost')
        await Promise.all([facts.get('k'), facts.get('new')])
      })
      expect([await facts.get('k'), await facts.get('new')]).toEqual(['kept', undefined])
    })

    it('is sealed again, with what came back plain', async () => {
      const boss = { id: 'boss', role: 'r', clearance: { level: 'confidential' } } as const
      await mine.as(boss).facts.set('pay', 'hunter2', { sensitivity: 'confidential' })
      const store = (await options.reopen?.()) as StoreDriver
      const keyed = Promise.withResolvers<Memory>()
      await undone(async () => {
        const encryption = { keys: { k1: Buffer.alloc(32, 1) }, current: 'k1' }
        const memory = await openMemory({ store, encryption })
        await memory.reseal()
        keyed.resolve(memory)
      })
      await using memory = await keyed.promise
      const isPlain = async (): Promise<boolean> => {
        await using reader = await store.open('default', 'writer')
        return (await plainPlaces(reader, 'hunter2')).length > 0
      }
      await until(async () => !(await outlast(isPlain)), '"what came back is sealed"')
      expect(await memory.as(boss).facts.get('pay')).toBe('hunter2')
    })

    it('hands out a lost claim under a higher fence, and refuses the old one', async () => {
      const view = mine.as(ann)
      let lost: Awaited<ReturnType<typeof view.claims.claim>>
      await undone(async () => {
        lost = await view.claims.claim('t')
      })
      if (!lost) throw new Error('taken')
      const { signal, fence } = lost
      if (!signal.aborted) await within(once(signal, 'abort'), 'that the signal of the lost claim aborts')
      const next = await theirs.as(bob).claims.claim('t')
      expect(next?.fence).toBeGreaterThan(fence)
      const refused = view.facts.set('result', 1, { claim: { task: 't', fence } })
      await expect(refused).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
      await theirs.as(bob).facts.set('result', 2, { claim: { task: 't', fence: next?.fence ?? 0 } })
    })

    it('tells a watcher, who would miss changes otherwise', async () => {
      const view = mine.as(ann)
      const changes = view.watch('facts/', { after: await view.feed.last() })
      let last = 0
      await undone(async () => {
        for (let count = 0; count < 5; count += 1) await view.facts.set('k', count)
        for (let count = 0; count < 5; count += 1) await changes.next()
        last = await view.feed.last()
      })
      await expect(within(changes.next(), 'that the watcher is told')).rejects.toMatchObject({
        code: 'SKEIN_FEED_TRIMMED',
      })
      // Also one that comes with a position from before.
      await expect(theirs.as(bob).watch('facts/', { after: last }).next()).rejects.toMatchObject({
        code: 'SKEIN_FEED_TRIMMED',
      })
    })

    it('lets searches find all that is there, and nothing that was lost', async () => {
      const { observations } = mine.as(ann)
      await observations.log({ task: 't', value: 'a kept heron' })
      expect(await observations.search('heron')).toHaveLength(1)
      await undone(async () => {
        await observations.log({ task: 't', value: 'a lost heron' })
        expect(await observations.search('heron')).toHaveLength(2)
      })
      await theirs.as(bob).observations.log({ task: 't', value: 'a new heron' })
      const found = await observations.search<string>('heron')
      expect(found.map(({ item }) => item.value).toSorted()).toEqual(['a kept heron', 'a new heron'])
    })

    it('gives subscribers of alerts all that is pending, and what comes', async () => {
      const seen: unknown[] = []
      const last = Promise.withResolvers<void>()
      const { alerts } = theirs.as(bob)
      await alerts.send({ to: ['ann'], insight: 'kept' })
      const stop = mine.as(ann).alerts.subscribe(({ insight }) => {
        seen.push(insight)
        if (insight === 'new') last.resolve()
      })
      await undone(() => alerts.send({ to: ['ann'], insight: 'lost' }))
      await alerts.send({ to: ['ann'], insight: 'new' })
      await within(last.promise, 'that the new alert arrives')
      expect(seen).toContain('kept')
      stop()
    })
  })
}

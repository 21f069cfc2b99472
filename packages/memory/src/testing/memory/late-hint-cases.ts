import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Memory } from '../../memory.ts'
import { openMemory } from '../../open-memory.ts'
import type { View } from '../../view.ts'
import { faultyStore } from '../faulty-store.ts'
import type { Faults } from '../faults.ts'
import { until } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { ann, bob } from './principals.ts'

/** More reads than a wait of half a second may make. */
const manyReads = 50

/** What holds when hints of other processes' changes come late, or not at all. */
export function lateHintCases(options: StoreContractOptions): void {
  let theirs: Memory
  let mine: Memory
  let faults: Faults
  beforeEach(async () => {
    const driver = await options.create()
    const faulty = faultyStore((await options.reopen?.()) ?? driver)
    faults = faulty.faults
    theirs = await openMemory({ store: driver })
    // With a heartbeat of a minute, hints are all that this memory has.
    mine = await openMemory({ store: faulty.driver, heartbeatMs: 60_000 })
  })
  afterEach(async () => {
    await mine.close()
    await theirs.close()
  })

  const hints: [string, () => () => void][] = [
    ['withheld', () => faults.dropHints()],
    ['late', () => faults.delayHints(100)],
  ]

  describe.each(hints)('with hints %s', (_, begin) => {
    it('who waits for work of another process sleeps, and gets its result', async () => {
      begin()
      const started = Promise.withResolvers<void>()
      const end = Promise.withResolvers<void>()
      const working = theirs.as(bob).once('k', async () => {
        started.resolve()
        await end.promise
        return 'done'
      })
      await started.promise
      // A wait that spins fails here: it would keep this thread from everything else.
      const stop = faults.allow('read', manyReads, { collection: 'work' })
      const waiting = mine.as(ann).once('k', () => 'mine')
      await new Promise((resolve) => setTimeout(resolve, 300))
      stop()
      end.resolve()
      expect(await waiting).toMatchObject({ value: 'done', reused: true })
      await working
    })

    it('who waits for an answer sleeps, and gets it', async () => {
      begin()
      const { id } = await theirs.as(bob).escalations.open({ task: 't', reason: 'why' })
      const stop = faults.allow('read', manyReads, { collection: 'escalations' })
      const waiting = mine.as(ann).escalations.answered(id)
      await new Promise((resolve) => setTimeout(resolve, 300))
      stop()
      await theirs.as(bob).escalations.answer(id, 'because')
      expect(await waiting).toMatchObject({ answer: 'because' })
    })

    const ways: [string, (view: View, after: number) => Promise<unknown>][] = [
      ['a watch', async (view, after) => (await view.watch('facts/', { after }).next()).value],
      ['a page of the feed', (view, after) => view.feed.read({ after })],
      ['a list of records', (view) => view.records.list({ collection: 'facts' })],
      ['a strong read', (view) => view.facts.read('k', { consistency: 'strong' })],
    ]

    it.each(ways)('%s tells of a change, and nobody reads an older value afterwards', async (_way, tell) => {
      const view = mine.as(ann)
      const { facts } = theirs.as(bob)
      const changes = [...[1, 2, 3].map((value) => () => facts.set('k', value)), () => facts.delete('k')]
      for (const [round, change] of changes.entries()) {
        await facts.set('k', `before ${round}`)
        await untilCached(view, 'k')
        const last = await view.feed.last()
        const end = begin()
        await change()
        await tell(view, last)
        expect(await view.facts.get('k')).toEqual(await facts.get('k'))
        end()
      }
    })
  })
}

/** Resolves when a fact is cached, so that its hint was heard. */
async function untilCached(view: View, key: string): Promise<void> {
  const isCached = async (): Promise<boolean> => {
    await view.facts.get(key)
    return view.facts.peek(key) !== undefined
  }
  await until(isCached, '"the fact is cached, as its hint was heard"')
}

import { describe, expect, it } from 'vitest'

import { openMemory } from '../../open-memory.ts'
import type { Architecture } from '../../options.ts'
import { within } from '../patience.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann, bob } from './principals.ts'

/** Work that runs at most once, in each architecture. */
export function onceCases(options: StoreContractOptions): void {
  describe.each<Architecture>(['hybrid', 'centralized'])('%s', (architecture) => {
    const fresh = freshMemory(options, { architecture })

    it('runs work once for many callers, in one memory and in two', async () => {
      const other = await openMemory({ store: (await options.reopen?.()) ?? fresh.driver, architecture })
      const views = [fresh.memory.as(ann), fresh.memory.as(bob), other.as(ann)] as const
      let runs = 0
      const ask = (index: number) =>
        (views[index % 3] ?? views[0]).once('k', async ({ reportUsage }) => {
          runs += 1
          reportUsage({ calls: 1, inputTokens: 10 })
          await new Promise((resolve) => setImmediate(resolve))
          return { runs }
        })
      const results = await Promise.all(Array.from({ length: 30 }, (_, index) => ask(index)))
      expect(results.map(({ value }) => value)).toEqual(Array.from({ length: 30 }, () => ({ runs: 1 })))
      expect(results.filter(({ reused }) => !reused)).toHaveLength(1)
      expect(await ask(0)).toMatchObject({ reused: true, cost: { calls: 1, inputTokens: 10 } })
      await other.close()
      expect(await fresh.memory.ledger()).toMatchObject({
        k: { computed: 1, used: { calls: 1, inputTokens: 10 }, reused: 30, saved: { calls: 30, inputTokens: 300 } },
      })
    })

    it('shares a failure with all waiting callers, and runs again for the next one', async () => {
      const view = fresh.memory.as(ann)
      let runs = 0
      const work = async (): Promise<number> => {
        runs += 1
        await new Promise((resolve) => setImmediate(resolve))
        if (runs === 1) throw new RangeError('no luck')
        return runs
      }
      const waiting = await Promise.allSettled([view.once('k', work), view.once('k', work)])
      expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
      expect(await view.once('k', work)).toMatchObject({ value: 2, reused: false })
    })

    it('runs again after all callers have aborted, in this memory and in another', async () => {
      const other = await openMemory({ store: (await options.reopen?.()) ?? fresh.driver, architecture })
      const stop = new AbortController()
      const started = Promise.withResolvers<void>()
      const stopped = Promise.withResolvers<void>()
      const aborted = fresh.memory.as(ann).once(
        'k',
        ({ signal }) =>
          new Promise((_, reject) => {
            started.resolve()
            signal.addEventListener('abort', () => void stopped.promise.then(() => reject(new Error('aborted'))))
          }),
        { signal: stop.signal },
      )
      await started.promise
      const elsewhere = other.as(ann).once('k', () => 'again')
      stop.abort(new Error('enough'))
      await expect(aborted).rejects.toThrow('enough')
      // The aborted work has not ended yet.
      const here = fresh.memory.as(bob).once('k', () => 'again')
      stopped.resolve()
      expect((await Promise.all([here, elsewhere])).map(({ value }) => value)).toEqual(['again', 'again'])
      await other.close()
    })

    it('starts under a claim only while the claim is held', async () => {
      const view = fresh.memory.as(ann)
      const claim = await view.claims.claim('t1')
      if (!claim) throw new Error('taken')
      expect(await view.once('a', () => 1, { claim })).toMatchObject({ value: 1 })
      await claim.release()
      await expect(view.once('b', () => 1, { claim })).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
    })

    it('keeps results for different clearances separate', async () => {
      const low = await fresh.memory.as(ann).once('k', () => 'low')
      const high = await fresh.memory.as({ ...bob, clearance: { level: 'confidential' } }).once('k', () => 'high')
      expect([low.value, high.value]).toEqual(['low', 'high'])
    })

    it('rethrows the error of the work unchanged, and frees the key', async () => {
      const view = fresh.memory.as(ann)
      const odd = Object.assign(new RangeError('boom'), { at: new Date(), n: Number.NaN, code: 'ODD' })
      const work = (): never => {
        throw odd
      }
      await expect(view.once('k', work)).rejects.toBe(odd)
      expect(await view.once('k', () => 'fine', { leaseMs: 60_000 })).toMatchObject({ value: 'fine' })
    })

    it('hands on a result that is not accepted, and keeps it for nobody', async () => {
      const other = await openMemory({ store: (await options.reopen?.()) ?? fresh.driver, architecture })
      const ready = Promise.withResolvers<void>()
      let runs = 0
      const work = async (): Promise<number> => {
        await ready.promise
        return (runs += 1)
      }
      const accept = (value: unknown): boolean => (value as number) > 2
      const asked = [1, 2, 3].map(() => fresh.memory.as(ann).once('k', work, { accept }))
      ready.resolve()
      expect((await Promise.all(asked)).map(({ value }) => value)).toEqual([1, 1, 1])
      expect(await other.as(bob).once('k', work, { accept })).toMatchObject({ value: 2, reused: false })
      expect(await other.as(bob).once('k', work, { accept })).toMatchObject({ value: 3, reused: false })
      expect(await fresh.memory.as(ann).once('k', work, { accept })).toMatchObject({ value: 3, reused: true })
      await other.close()
    })

    it('has those who wait elsewhere run what was not accepted themselves', async () => {
      const other = await openMemory({ store: (await options.reopen?.()) ?? fresh.driver, architecture })
      const started = Promise.withResolvers<void>()
      const ready = Promise.withResolvers<string>()
      const accept = (value: unknown): boolean => value === 'good'
      const first = fresh.memory.as(ann).once('k', () => (started.resolve(), ready.promise), { accept })
      await started.promise
      const second = other.as(bob).once('k', () => 'good', { accept })
      ready.resolve('bad')
      expect(await first).toMatchObject({ value: 'bad' })
      expect(await within(second, '"work that was not accepted is run by who waits for it"')).toMatchObject({
        value: 'good',
        reused: false,
      })
      await other.close()
    })

    it('replaces a stored result that is not accepted any more, once for all who ask', async () => {
      const other = await openMemory({ store: (await options.reopen?.()) ?? fresh.driver, architecture })
      await fresh.memory.as(ann).once('k', () => 'old')
      let runs = 0
      const accept = (value: unknown): boolean => value !== 'old'
      const views = [fresh.memory.as(ann), other.as(ann), fresh.memory.as(bob), other.as(bob)]
      const results = await Promise.all(views.map((view) => view.once('k', () => `new ${(runs += 1)}`, { accept })))
      expect(results.map(({ value }) => value)).toEqual(['new 1', 'new 1', 'new 1', 'new 1'])
      expect(await other.as(ann).once('k', () => 'never')).toMatchObject({ value: 'new 1', reused: true })
      await other.close()
    })

    it('lets everybody join who accepts what runs, and nobody else', async () => {
      const view = fresh.memory.as(ann)
      const ready = Promise.withResolvers<string>()
      const plain = view.once('k', () => ready.promise)
      const pickier = view.once('k', () => 'better', { accept: async (value) => value === 'better' })
      ready.resolve('good')
      expect((await plain).value).toBe('good')
      expect(await pickier).toMatchObject({ value: 'better', reused: false })
      expect((await view.once('k', () => 'never')).value).toBe('better')
    })

    it('forgets a result for everybody, and nothing that runs or that others computed for themselves', async () => {
      const other = await openMemory({ store: (await options.reopen?.()) ?? fresh.driver, architecture })
      const [view, theirs] = [fresh.memory.as(ann), other.as(bob)]
      const high = other.as({ ...bob, clearance: { level: 'confidential' } })
      await view.once('k', () => 'old')
      await high.once('k', () => 'high')
      expect((await theirs.once('k', () => 'never')).value).toBe('old')
      expect(await theirs.forgetWork('k')).toBe(true)
      const ready = Promise.withResolvers<string>()
      const started = Promise.withResolvers<void>()
      const running = view.once('k', () => (started.resolve(), ready.promise))
      await started.promise
      expect([await theirs.forgetWork('k'), await theirs.forgetWork('absent')]).toEqual([false, false])
      ready.resolve('new')
      expect(await running).toMatchObject({ value: 'new', reused: false })
      expect(await theirs.once('k', () => 'never')).toMatchObject({ value: 'new', reused: true })
      expect((await high.once('k', () => 'never')).value).toBe('high')
      await other.close()
    })

    it('shows what may be lost in a power cut to everybody at once', async () => {
      const other = await openMemory({ store: (await options.reopen?.()) ?? fresh.driver, architecture })
      expect((await fresh.memory.as(ann).once('k', () => 1, { fleeting: true })).reused).toBe(false)
      expect(await other.as(bob).once('k', () => 2)).toMatchObject({ value: 1, reused: true })
      await other.close()
    })

    it('counts work of any name', async () => {
      for (const kind of ['__proto__', 'constructor', 'plain']) await fresh.memory.as(ann).once(`${kind}/x`, () => 1)
      const ledger = await fresh.memory.ledger()
      expect(Object.keys(ledger).toSorted()).toEqual(['__proto__', 'constructor', 'plain'])
      expect(({} as { computed?: number }).computed).toBeUndefined()
    })

    it('takes over from a dead worker, and refuses its late result', async () => {
      const other = await openMemory({ store: (await options.reopen?.()) ?? fresh.driver, architecture })
      let finishLate: (value: string) => void = () => {}
      const started = new Promise<void>((resolve) => {
        void other
          .as(ann)
          .once(
            'k',
            () => {
              resolve()
              return new Promise<string>((late) => (finishLate = late))
            },
            { leaseMs: 60 },
          )
          .catch(() => {})
      })
      await started
      // Closing stops the heartbeat, as a crash would; the work itself continues.
      await other.close()
      const second = fresh.memory.as(bob).once('k', () => 'second', { leaseMs: 1_000 })
      expect(await within(second, '"work whose lease has expired can be taken over"')).toMatchObject({
        value: 'second',
        reused: false,
      })
      finishLate('late')
      expect(await fresh.memory.as(ann).once('k', () => 'third')).toMatchObject({ value: 'second', reused: true })
    })
  })
}

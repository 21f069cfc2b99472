import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import type { Alert } from '../kinds/alerts.ts'
import { openMemory } from '../open-memory.ts'
import type { Memory } from '../memory.ts'
import type { StoreDriver } from '../store/store-driver.ts'
import type { StoreContractOptions } from './store-contract-options.ts'

const ann = { id: 'ann', role: 'research' }
const bob = { id: 'bob', role: 'sales' }
const boss = { id: 'boss', role: 'boss', clearance: { level: 'confidential' } } as const

/** How agents and people work together over a memory, on any store. */
export function teamworkCases(options: StoreContractOptions): void {
  let driver: StoreDriver
  let memory: Memory

  beforeEach(async () => {
    driver = await options.create()
    memory = await openMemory({ store: driver })
  })
  afterEach(() => memory.close())

  const another = async (): Promise<Memory> => openMemory({ store: (await options.reopen?.()) ?? driver })

  describe('learnings', () => {
    it('are found by others in similar contexts, best match first, each kind apart', async () => {
      const { learnings } = memory.as(ann)
      const log = (signal: 'success' | 'failure', context: Record<string, string | number>, details: string) =>
        learnings.log({ signal, context, details })
      await log('success', { industry: 'retail', size: 10 }, 'both')
      await log('success', { industry: 'retail', size: 99 }, 'older')
      await log('success', { industry: 'retail' }, 'newer')
      await log('success', { industry: 'mining' }, 'none')
      await log('failure', { industry: 'retail' }, 'failed')
      await memory.as(bob).learnings.log({ signal: 'success', context: { industry: 'retail' }, details: 'his own' })
      const { success, failure, pattern } = await memory.as(bob).learnings.relevant({ industry: 'retail', size: 10 })
      expect(success.map(({ item, matches }) => [item.value.details, matches])).toEqual([
        ['both', 2],
        ['newer', 1],
        ['older', 1],
      ])
      expect(failure.map(({ item }) => item.value.details)).toEqual(['failed'])
      expect(pattern).toEqual([])
    })

    it.each([
      [{ signal: 'luck', context: {}, details: 1 }, 'signal'],
      [{ signal: 'success', context: { deep: {} }, details: 1 }, 'context'],
    ])('refuse %j by name', async (input, option) => {
      await expect(memory.as(ann).learnings.log(input as never)).rejects.toMatchObject({ code: 'SKEIN_OPTION', option })
    })
  })

  describe('alerts', () => {
    it('wait for agents and roles until each has acknowledged', async () => {
      await memory.as(ann).alerts.send({ to: ['bob', { role: 'sales' }], insight: { budget: 0 }, task: 't1' })
      await memory.as(ann).alerts.send({ to: ['bob'], insight: 'second' })
      const { alerts } = memory.as(bob)
      const pending = await alerts.pending()
      expect(pending.map(({ insight, from }) => [insight, from])).toEqual([
        [{ budget: 0 }, 'ann'],
        [{ budget: 0 }, 'ann'],
        ['second', 'ann'],
      ])
      for (const { id } of pending) {
        await alerts.ack(id)
        await alerts.ack(id).catch((error: { code: string }) => expect(error.code).toBe('SKEIN_NOT_FOUND'))
      }
      expect(await alerts.pending()).toEqual([])
      const eve = memory.as({ id: 'eve', role: 'sales' })
      expect((await eve.alerts.pending()).map(({ insight }) => insight)).toEqual([{ budget: 0 }])
      expect(await memory.as({ id: 'sales', role: 'none' }).alerts.pending()).toEqual([])
      await expect(memory.as(ann).alerts.ack(pending[0]?.id ?? '')).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
    })

    it('come at once to who listens, after those that waited, in order, from another memory too', async () => {
      await using other = await another()
      const sender = other.as(ann).alerts
      await sender.send({ to: ['bob'], insight: 1 })
      const seen: Alert<number>[] = []
      const four = new Promise<void>((resolve) => {
        const stop = memory.as(bob).alerts.subscribe<number>((alert) => {
          seen.push(alert)
          if (alert.insight < 4) void sender.send({ to: ['bob'], insight: alert.insight + 1 })
          else {
            stop()
            resolve()
          }
        })
      })
      await four
      expect(seen.map(({ insight }) => insight)).toEqual([1, 2, 3, 4])
      expect(await memory.as(bob).alerts.pending()).toHaveLength(4)
    })

    it('above a clearance do not come', async () => {
      await memory.as(boss).alerts.send({ to: ['bob'], insight: 'secret', sensitivity: 'confidential' })
      expect(await memory.as(bob).alerts.pending()).toEqual([])
    })
  })

  describe('claims', () => {
    it('give a task to one agent at a time, with a fence that only grows', async () => {
      await using other = await another()
      const first = await memory.as(ann).claims.claim('t1')
      expect(await other.as(bob).claims.claim('t1')).toBeUndefined()
      expect(await memory.as(ann).claims.claim('t1')).toBeUndefined()
      expect(await other.as(bob).claims.holder('t1')).toMatchObject({ agent: 'ann', fence: first?.fence })
      await first?.release()
      await first?.release()
      expect(await other.as(bob).claims.holder('t1')).toBeUndefined()
      const second = await other.as(bob).claims.claim('t1')
      expect(second?.fence).toBeGreaterThan(first?.fence ?? Infinity)
      await second?.release()
    })

    it('are given to exactly one of many that ask at once', async () => {
      await using other = await another()
      const views = [memory.as(ann), other.as(bob)] as const
      const claims = await Promise.all(
        Array.from({ length: 20 }, (_, n) => (views[n % 2] ?? views[0]).claims.claim('t1')),
      )
      expect(claims.filter((claim) => claim !== undefined)).toHaveLength(1)
    })

    it('let no write through once they are lost', async () => {
      const other = await another()
      const lost = await other.as(ann).claims.claim('t1', { leaseMs: 1_000 })
      if (!lost) throw new Error('nobody else asked')
      const { facts } = memory.as(ann)
      await facts.set('t1/result', 'in time', { claim: lost })
      // Closing ends the heartbeat, as a crash would.
      await other.close()
      expect(lost.signal.aborted).toBe(true)
      while (await memory.as(bob).claims.holder('t1')) await new Promise((resolve) => setImmediate(resolve))
      await using own = await memory.as(bob).claims.claim('t1')
      const claim = { task: lost.task, fence: lost.fence }
      const lateWrites = [
        () => facts.set('t1/result', 'late', { claim }),
        () => facts.delete('t1/result', { claim }),
        () => memory.as(ann).observations.log({ value: 'late', claim }),
        () => memory.as(ann).objects.put('late', { claim }),
        () => memory.as(ann).decisions.record({ task: 't1', decision: 1, reasoning: 'late', claim }),
      ]
      for (const write of lateWrites) {
        await expect(write()).rejects.toMatchObject({ code: 'SKEIN_FENCE', key: 't1', fence: lost.fence })
      }
      expect(await facts.get('t1/result')).toBe('in time')
      await facts.set('t1/result', 'by bob', { claim: own as NonNullable<typeof own> })
      await expect(own?.extend()).resolves.toBeUndefined()
    })

    it('are kept alive as long as they are held, and signal their loss', async () => {
      await using store = await driver.open('default', 'writer')
      const key = { collection: 'claims', id: 't1' } as const
      const endsAt = async (): Promise<number> => (await store.read([key]))[0]?.expiresAt ?? 0
      const claim = await memory.as(ann).claims.claim('t1', { leaseMs: 900 })
      const first = await endsAt()
      while ((await endsAt()) === first) await new Promise((resolve) => setImmediate(resolve))
      expect(await endsAt()).toBeGreaterThan(first)
      const lost = new Promise((resolve) => claim?.signal.addEventListener('abort', resolve))
      await store.write([{ type: 'delete', key, author: 'somebody' }])
      await lost
      await expect(claim?.extend()).rejects.toMatchObject({ code: 'SKEIN_FENCE' })
    })
  })

  describe('escalations', () => {
    const ask = { task: 't1', reason: 'above my limit', question: 'Grant 20 %?', assignedTo: 'support' }
    const eve = { id: 'eve', role: 'support' }

    it('wait for a person, and let all that asked the same go on', async () => {
      await using other = await another()
      const [mine, theirs] = await Promise.all([
        memory.as(ann).escalations.open(ask),
        other.as(bob).escalations.open(ask),
      ])
      expect(mine.id).toBe(theirs.id)
      const waiting = [memory.as(ann).escalations.answered(mine.id), other.as(bob).escalations.answered(mine.id)]
      const person = memory.as(eve).escalations
      expect(await person.list({ state: 'open', assignedTo: 'support' })).toMatchObject([
        { id: mine.id, state: 'open', ...ask },
      ])
      await person.take(mine.id)
      await expect(memory.as(bob).escalations.answer(mine.id, 'no')).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
      await person.answer(mine.id, { granted: true })
      for (const answered of await Promise.all(waiting)) {
        expect(answered).toMatchObject({
          state: 'answered',
          answer: { granted: true },
          takenBy: 'eve',
          openedBy: mine.openedBy,
        })
      }
      expect(await memory.as(ann).escalations.open(ask)).toMatchObject({ state: 'answered', answer: { granted: true } })
      await expect(person.take(mine.id)).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
    })

    it('can be given back to the queue, or to the agents', async () => {
      const { id } = await memory.as(ann).escalations.open(ask)
      const person = memory.as(eve).escalations
      await person.take(id)
      expect(await person.release(id)).toMatchObject({ state: 'open', takenBy: undefined })
      await person.handBack(id, 'decide yourself')
      expect(await memory.as(ann).escalations.answered(id)).toMatchObject({
        state: 'handed-back',
        answer: 'decide yourself',
      })
    })

    it('are declined with a reason, which ends them', async () => {
      const { id } = await memory.as(ann).escalations.open(ask)
      const waiting = memory.as(ann).escalations.answered(id)
      const person = memory.as(eve).escalations
      await expect(person.decline(id, ' ')).rejects.toMatchObject({ code: 'SKEIN_OPTION', option: 'why' })
      await memory.as(bob).escalations.take(id)
      await expect(person.decline(id, 'no')).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
      await memory.as(bob).escalations.decline(id, 'Too much.')
      expect(await waiting).toMatchObject({ state: 'declined', answer: 'Too much.', takenBy: 'bob' })
      await expect(memory.as(bob).escalations.answer(id, 'yes')).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
      expect(await person.list({ state: 'declined' })).toMatchObject([{ id }])
    })

    it('stop waiting when told', async () => {
      const { id } = await memory.as(ann).escalations.open(ask)
      const stop = new AbortController()
      const waiting = memory.as(ann).escalations.answered(id, { signal: stop.signal })
      stop.abort(new Error('enough'))
      await expect(waiting).rejects.toThrow('enough')
      await expect(memory.as(ann).escalations.answered('f'.repeat(32))).rejects.toMatchObject({
        code: 'SKEIN_NOT_FOUND',
      })
    })

    it('come with all that is known and may be seen, and say that something was left out', async () => {
      const view = memory.as(ann)
      const page = await view.objects.put('a page', { task: 't1' })
      await view.observations.log({ task: 't1', value: 'seen', derivedFrom: [page] })
      await view.decisions.record({ task: 't1', decision: 'wait', reasoning: 'unsure' })
      await view.learnings.log({ task: 't1', signal: 'failure', context: { a: 1 }, details: 'x' })
      await view.facts.set('t1/price', 5, { task: 't1' })
      await view.observations.log({ task: 't2', value: 'elsewhere' })
      await memory.as(boss).observations.log({ task: 't1', value: 'secret', sensitivity: 'confidential' })
      const { id } = await view.escalations.open(ask)
      const low = await memory.as(eve).escalations.package(id)
      expect(low).toMatchObject({
        escalation: { id },
        observations: [{ value: 'seen', author: 'ann', derivedFrom: [page.id] }],
        decisions: [{ value: { decision: 'wait' } }],
        learnings: [{ value: { signal: 'failure' } }],
        facts: [{ id: 't1/price', value: 5 }],
        objects: [{ id: page.id }],
        leftOut: 1,
        isCut: false,
      })
      expect(low.timeline.map(({ collection }) => collection)).toEqual([
        'objects',
        'observations',
        'decisions',
        'learnings',
        'facts',
        'escalations',
      ])
      expect(JSON.stringify(low)).not.toContain('secret')
      expect((await memory.as(boss).escalations.package(id)).leftOut).toBe(0)
    })

    it('above a clearance do not exist', async () => {
      const { id } = await memory.as(boss).escalations.open({ ...ask, sensitivity: 'confidential' })
      expect(await memory.as(eve).escalations.list()).toEqual([])
      await expect(memory.as(eve).escalations.get(id)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
      await expect(memory.as(eve).escalations.answer(id, 1)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
    })
  })
}

import { describe, expect, it } from 'vitest'

import { publicLabel } from '../../values/access.ts'
import type { View } from '../../view.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob, boss } from '../memory/principals.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { midErasure } from './mid-erasure.ts'

const olga = { id: 'olga', role: 'privacy', rights: ['erase'], clearance: { level: 'confidential' } } as const
const leo = { id: 'leo', role: 'legal', rights: ['hold'] } as const
const because = { reason: 'They asked for it.' } as const
/** More than go in one step. */
const many = 101

/** Writes of others while something is forgotten. */
export function forgetRaceCases(options: StoreContractOptions): void {
  const middle = midErasure(options)
  // Others are given a heartbeat to hear of what is hidden.
  const fresh = freshMemory(middle.options, { heartbeatMs: 50 })
  const as = (who: Parameters<typeof fresh.memory.as>[0]): View => fresh.memory.as(who)
  const factsOf = async (subject: string, count: number): Promise<void> => {
    const { facts } = as(ann)
    await Promise.all(Array.from({ length: count }, (_, n) => facts.set(`${subject}/${n}`, n, { subject })))
  }
  const historyOf = async (key: string): Promise<readonly unknown[]> =>
    (await as(boss).facts.history(key)).map(({ value }) => value)

  it.each([1, many])(
    'spares what somebody else writes over one of %i, for whoever has no right to it',
    async (count) => {
      await factsOf('p', count)
      middle.before(() => as(bob).facts.set('p/0', 'of Bob'))
      const report = await as(ann).forget({ subject: 'p' }, because)
      expect(report).toMatchObject({ forgotten: { facts: count }, left: count === 1 ? [] : ['facts/p/0'] })
      expect(await historyOf('p/0')).toEqual(['of Bob'])
      // Above the clearance it leaves no trace.
      await factsOf('q', count)
      middle.before(() => as(boss).facts.set('q/0', 'secret', { sensitivity: 'confidential' }))
      expect((await as(ann).forget({ subject: 'q' }, because)).left).toEqual([])
      expect(await historyOf('q/0')).toContain('secret')
    },
  )

  it('refuses, and forgets nothing, if somebody else has written over a record that was named', async () => {
    const { facts, forget } = { facts: as(ann).facts, forget: as(ann).forget.bind(as(ann)) }
    await facts.set('x', 'of Ann')
    await facts.set('y', 'of Ann')
    middle.before(() => as(bob).facts.set('x', 'of Bob'))
    await expect(forget(['facts/x', 'facts/y'], because)).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    expect(await facts.getMany(['x', 'y'])).toEqual(['of Bob', 'of Ann'])
    // With the right, what was to be forgotten goes, whatever it says by now.
    middle.before(() => as(bob).facts.set('x', 'of Bob, too'))
    expect((await as(olga).forget('facts/x', because)).forgotten).toEqual({ facts: 1 })
    expect(await historyOf('x')).toEqual([])
  })

  it.each([1, many])('spares what is held, and was written over one of %i', async (count) => {
    await as(leo).holds.place({ subject: 'case' }, { reason: 'Case 7' })
    await factsOf('p', count)
    middle.before(() => as(bob).facts.set('p/0', 'of the case', { subject: 'case' }))
    const forgetting = as(olga).forget({ subject: 'p' }, because)
    if (count === 1) await expect(forgetting).rejects.toMatchObject({ code: 'SKEIN_HELD', held: { facts: 1 } })
    else expect((await forgetting).left).toEqual(['facts/p/0'])
    expect(await as(ann).facts.get('p/0')).toBe('of the case')
    expect((await as(ann).facts.list({ prefix: 'p/' })).items).toHaveLength(1)
  })

  describe('of what is derived', () => {
    it.each([1, many])(
      'reaches what was written meanwhile, of any kind and any depth, from one of %i',
      async (count) => {
        await factsOf('p', count - 1)
        const turn = await as(ann).observations.log({ value: 'turn', tags: ['t'] })
        const write = async (): Promise<void> => {
          const { observations, facts, objects, alerts, decisions } = as(bob)
          const summary = await observations.log({ value: 'summary', derivedFrom: [turn] })
          const ref = await objects.put('a report', { derivedFrom: [summary] })
          await facts.set('digest', 'of it', { derivedFrom: [ref] })
          await alerts.send({ to: ['ann'], insight: 'It says so.', derivedFrom: ['facts/digest'] })
          await decisions.record({ task: 't', decision: 'go', reasoning: 'so', derivedFrom: [summary] })
          await observations.retract(summary.id, 'It is wrong.')
          await observations.log({ value: 'of something else' })
        }
        middle.before(write)
        const named = Array.from({ length: count - 1 }, (_, n) => `facts/p/${n}`)
        const targets = [turn, ...named]
        const report = await as(olga).forget(targets, { ...because, derived: 'forget' })
        const facts = count === 1 ? 1 : count
        const late = { objects: 1, facts, alerts: 1, decisions: 1, corrections: 1 }
        expect(report).toMatchObject({ forgotten: { observations: 2, ...late }, contents: 1, left: [] })
        const { items } = await as(bob).observations.list({ include: 'all' })
        expect(items.map(({ value }) => value)).toEqual(['of something else'])
        expect(await as(ann).alerts.pending()).toEqual([])
      },
    )

    it('lists what was written meanwhile, and stays: also what somebody may not erase', async () => {
      const turn = await as(ann).observations.log({ value: 'turn' })
      middle.before(() => as(bob).facts.set('digest', 'of it', { derivedFrom: [turn] }))
      expect((await as(ann).forget(turn, because)).left).toEqual(['facts/digest'])
      const other = await as(ann).observations.log({ value: 'other' })
      middle.before(() => as(bob).facts.set('gist', 'of it', { derivedFrom: [other] }))
      const report = await as(ann).forget(other, { ...because, derived: 'forget' })
      expect(report).toMatchObject({ forgotten: { observations: 1 }, left: ['facts/gist'] })
      expect(await as(bob).facts.getMany(['digest', 'gist'])).toEqual(['of it', 'of it'])
    })

    it('spares what is derived from what has its name by now', async () => {
      await as(ann).facts.set('x', 'old')
      middle.after(async () => {
        await as(bob).facts.set('x', 'new')
        await as(bob).observations.log({ value: 'of the new one', derivedFrom: ['facts/x'] })
      })
      expect(await as(olga).forget('facts/x', { ...because, derived: 'forget' })).toMatchObject({ left: [] })
      expect(await as(ann).facts.get('x')).toBe('new')
      expect((await as(ann).observations.list()).items).toHaveLength(1)
    })
  })

  it.each([1, many])('finds what was written about a subject meanwhile, beside %i', async (count) => {
    await factsOf('p', count)
    middle.before(() => as(bob).learnings.log({ signal: 'success', context: {}, details: 'late', subject: 'p' }))
    const { forgotten } = await as(olga).forget({ subject: 'p' }, because)
    expect(forgotten).toEqual({ facts: count, learnings: 1 })
  })

  it('shows lists and searches, while it goes, that end where they would without what goes', async () => {
    const log = (value: string, subject: string) => as(ann).observations.log({ value, subject })
    for (const name of ['a', 'b', 'c']) {
      await Promise.all(Array.from({ length: many }, (_, n) => log(`zebra ${n}`, 'p')))
      await log(`a zebra of ${name} among other animals`, 'q')
    }
    await Promise.all(Array.from({ length: many }, (_, n) => log(`zebra ${n}`, 'p')))
    await factsOf('p', many)
    await as(ann).facts.set('p/zz', 'another one', { subject: 'q' })
    const seen: unknown[] = []
    middle.after(async () => {
      const { observations, facts } = as(bob)
      for (const limit of [1, 2, 3]) {
        const pages: number[] = []
        let cursor: string | undefined
        do {
          const page = await observations.list({ limit, ...(cursor !== undefined && { cursor }) })
          pages.push(page.items.length)
          cursor = page.cursor
        } while (cursor !== undefined)
        const found = await observations.search('zebra', { limit })
        seen.push([pages, found.map(({ item }) => item.value)])
      }
      const named = await facts.list({ prefix: 'p/', limit: 1 })
      seen.push([named.items.map(({ key }) => key), named.cursor])
      seen.push((await facts.search('p', { limit: 1 })).map(({ item }) => item.key))
    })
    await as(olga).forget({ subject: 'p' }, because)
    const [a, b, c] = ['a', 'b', 'c'].map((name) => `a zebra of ${name} among other animals`)
    expect(seen).toEqual([
      [[1, 1, 1], [c]],
      [
        [2, 1],
        [c, b],
      ],
      [[3], [c, b, a]],
      [['p/zz'], undefined],
      ['p/zz'],
    ])
  })

  it('takes what others wrote over what is hidden, who had not heard of it', async () => {
    await factsOf('p', many)
    const { version = 0 } = (await as(ann).facts.read('p/0')) ?? {}
    // So does another process that has read the value before.
    middle.after((store) => {
      const meta = { author: 'bob', tags: [], derivedFrom: [], ...publicLabel }
      const key = { collection: 'facts', id: 'p/0' } as const
      return store.write([{ type: 'set', key, value: '"from what it was"', meta, ifVersion: version }])
    })
    const targets = Array.from({ length: many }, (_, n) => `facts/p/${n}`)
    expect(await as(olga).forget(targets, because)).toMatchObject({ forgotten: { facts: many }, left: [] })
    expect(await as(ann).facts.get('p/0')).toBeUndefined()
    expect(await historyOf('p/0')).toEqual([])
  })
}

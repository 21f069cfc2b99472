import { expect, it } from 'vitest'

import { openMemory } from '../../open-memory.ts'
import { HeldError } from '../../values/held-error.ts'
import type { View } from '../../view.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann } from '../memory/principals.ts'
import { storeMoment } from './store-moment.ts'

const olga = { id: 'olga', role: 'privacy', rights: ['erase', 'audit'], clearance: { level: 'confidential' } } as const
const leo = { id: 'leo', role: 'legal', rights: ['hold', 'audit'], clearance: { level: 'confidential' } } as const
const asked = { reason: 'They asked for it.' } as const
const proceedings = { reason: 'Case 7' } as const

/** Legal holds: what must stay, whoever wants it forgotten. */
export function holdCases(options: StoreContractOptions): void {
  // Others are given a heartbeat to hear of a hold.
  const fresh = freshMemory(options, { heartbeatMs: 50 })
  const as = (who: Parameters<typeof fresh.memory.as>[0]): View => fresh.memory.as(who)

  it('keeps what is about a subject, old and new, until the hold is released', async () => {
    const [view, lawyer, officer] = [as(ann), as(leo), as(olga)]
    const call = await view.observations.log({ value: 'Zoë called', subject: 'person/42' })
    await view.facts.set('next', 'call Zoë', { derivedFrom: [call] })
    const { id, held } = await lawyer.holds.place({ subject: 'person/42' }, proceedings)
    expect(held).toEqual({ observations: 1, facts: 1 })
    await view.observations.log({ value: 'Zoë wrote', subject: 'person/42' })
    const refused = await officer.forget({ subject: 'person/42' }, asked).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(HeldError)
    expect(refused).toMatchObject({ code: 'SKEIN_HELD', held: { observations: 2, facts: 1 } })
    expect(`${refused as Error}`).not.toContain(proceedings.reason)
    await expect(officer.forget({ subject: 'person/42' }, { ...asked, dryRun: true })).rejects.toBeInstanceOf(HeldError)
    await expect(view.facts.delete('next')).rejects.toMatchObject({ code: 'SKEIN_HELD', held: { facts: 1 } })
    await expect(view.facts.set('next', 'nothing')).rejects.toBeInstanceOf(HeldError)
    await expect(view.transaction(({ facts }) => facts.set('next', 'nothing'))).rejects.toBeInstanceOf(HeldError)
    await expect(view.facts.touch('next', { ttlMs: 1 })).rejects.toBeInstanceOf(HeldError)
    expect(await view.facts.get('next')).toBe('call Zoë')
    expect((await view.observations.list()).items).toHaveLength(2)
    // It may be retracted, which loses nothing, and everything else continues.
    await view.observations.retract(call.id, 'It was Yves.')
    await view.facts.set('other', 1)
    await lawyer.holds.release(id, { reason: 'settled' })
    await view.facts.set('next', 'nothing')
    expect((await officer.forget({ subject: 'person/42' }, asked)).forgotten).toMatchObject({ observations: 2 })
  })

  it('refuses an erasure as a whole where one record is held, also of what is derived', async () => {
    const view = as(ann)
    const turn = await view.observations.log({ value: 'turn' })
    const ref = await view.objects.put('a summary', { derivedFrom: [turn] })
    await view.facts.set('digest', 'of it', { derivedFrom: [ref] })
    await view.facts.set('loose', 1)
    const { held } = await as(leo).holds.place(ref, proceedings)
    expect(held).toEqual({ objects: 1, facts: 1 })
    await expect(view.forget(turn, { ...asked, derived: 'forget' })).rejects.toMatchObject({
      held: { objects: 1, facts: 1 },
    })
    await expect(view.forget([ref, 'facts/loose'], asked)).rejects.toMatchObject({ held: { objects: 1 } })
    expect(await view.objects.get(ref)).toBe('a summary')
    expect(await view.facts.get('loose')).toBe(1)
    await view.facts.set('late', 'digest', { derivedFrom: [ref] })
    await expect(view.facts.delete('late')).rejects.toBeInstanceOf(HeldError)
    expect((await view.forget([turn, 'facts/loose'], asked)).forgotten).toEqual({ observations: 1, facts: 1 })
  })

  it('takes the ends of what would expire', async () => {
    const view = as(ann)
    await view.facts.set('old', 1, { ttlMs: 1_000, subject: 'p' })
    await view.facts.set('free', 1, { ttlMs: 1_000 })
    await as(leo).holds.place({ subject: 'p' }, proceedings)
    await view.facts.set('new', 1, { ttlMs: 1_000, subject: 'p' })
    await expect.poll(() => view.facts.read('free'), { timeout: 60_000 }).toBeUndefined()
    await expect
      .poll(() => view.now(), { timeout: 60_000 })
      .toBeGreaterThan((await view.facts.read('new'))!.updatedAt + 1_100)
    await fresh.memory.sweep()
    expect(await view.facts.getMany(['old', 'new'])).toEqual([1, 1])
  })

  it('needs the right, tells who held what and why, and only those who may see it', async () => {
    const [view, lawyer] = [as(ann), as(leo)]
    await lawyer.facts.set('pay', 1, { sensitivity: 'confidential' })
    await expect(view.holds.place('facts/pay', proceedings)).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    const { id } = await lawyer.holds.place('facts/pay', proceedings)
    await expect(view.holds.release(id, proceedings)).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    expect(await lawyer.holds.list()).toMatchObject([
      { id, state: 'in-force', reason: 'Case 7', records: ['facts/pay'], placedBy: 'leo' },
    ])
    expect(await view.holds.list()).toEqual([])
    // To others what is held looks like what is above their clearance.
    await expect(view.facts.set('pay', 2)).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    expect(await view.facts.delete('pay')).toBe(false)
    const low = as({ id: 'lou', role: 'legal', rights: ['hold'] })
    await expect(low.holds.release(id, proceedings)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
    await lawyer.holds.release(id, { reason: 'settled' })
    await expect(lawyer.holds.release(id, { reason: 'settled' })).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
    expect(await lawyer.holds.list()).toEqual([])
    expect(await lawyer.holds.list({ state: 'any' })).toMatchObject([
      { state: 'released', placedBy: 'leo', released: { by: 'leo', reason: 'settled' } },
    ])
    const entries = await Array.fromAsync(as(olga).audit.entries({ action: 'hold' }))
    expect(entries.map(({ agent, outcome, reason }) => [agent, outcome, reason])).toEqual(
      expect.arrayContaining([
        ['leo', 'hit', 'Case 7'],
        ['leo', 'hit', 'settled'],
      ]),
    )
  })

  it('keeps a past version that is held, whatever its fact says now', async () => {
    const { facts } = as(ann)
    for (const value of ['of Zoë', 'of nobody']) {
      await facts.set('k', value, { tags: ['brief'], ...(value === 'of Zoë' && { subject: 'person/42' }) })
    }
    const { id } = await as(leo).holds.place({ subject: 'person/42' }, proceedings)
    const refused = as(olga).forget('facts/k', asked)
    await expect(refused).rejects.toMatchObject({ code: 'SKEIN_HELD', held: { facts: 1 } })
    await using ruled = await openMemory({ store: fresh.driver, retention: [{ tag: 'brief', keepMs: 1 }] })
    await storeMoment(fresh.driver)
    await ruled.sweep()
    expect((await facts.history('k')).map(({ value }) => value)).toEqual(['of nobody', 'of Zoë'])
    await as(leo).holds.release(id, { reason: 'settled' })
    expect((await as(olga).forget('facts/k', asked)).forgotten).toEqual({ facts: 1 })
    expect(await facts.history('k')).toEqual([])
  })

  it('keeps held past versions for processes that keep few, or none: written, deleted and swept', async () => {
    const { facts } = as(ann)
    for (const key of ['few', 'off', 'free']) {
      await facts.set(key, 'of Zoë', key === 'free' ? {} : { subject: 'person/42' })
      await facts.set(key, 'of nobody')
    }
    await as(leo).holds.place({ subject: 'person/42' }, proceedings)
    await using few = await openMemory({ store: fresh.driver, history: { versions: 1 } })
    for (let turn = 0; turn < 64; turn += 1) await few.as(ann).facts.set('few', turn)
    await few.sweep()
    await using off = await openMemory({ store: fresh.driver, history: 0 })
    await off.as(ann).facts.set('off', 'replaced')
    expect(await off.as(ann).facts.delete('off')).toBe(true)
    expect(await off.as(ann).transaction(({ facts: one }) => one.delete('few'))).toBe(true)
    expect(await off.as(ann).facts.delete('free')).toBe(true)
    expect(await facts.history('free')).toEqual([])
    await off.sweep()
    for (const key of ['few', 'off']) {
      expect((await facts.history(key)).map(({ value }) => value)).toEqual(['of Zoë'])
      await expect(as(olga).forget(`facts/${key}`, asked)).rejects.toMatchObject({ held: { facts: 1 } })
    }
  })

  it('tells how many past versions it keeps, also of a fact that was deleted, and is as sensitive as they are', async () => {
    const [view, lawyer] = [as(ann), as(leo)]
    for (const value of [1, 2, 3]) await view.facts.set('k', value, { subject: 'person/42' })
    await lawyer.facts.set('gone', 1, { sensitivity: 'confidential' })
    await lawyer.facts.delete('gone')
    const placed = await lawyer.holds.place({ subject: 'person/42' }, proceedings)
    expect(placed).toMatchObject({ held: { facts: 1 }, pastVersions: 2 })
    const { id, ...kept } = await lawyer.holds.place('facts/gone', proceedings)
    expect(kept).toEqual({ held: { facts: 1 }, pastVersions: 1 })
    expect(await lawyer.holds.list()).toMatchObject([{ id, records: ['facts/gone'] }, { id: placed.id }])
    // To whom it is above the clearance, nothing is there to be held.
    const low = as({ id: 'lou', role: 'legal', rights: ['hold'] })
    expect(await low.holds.list()).toMatchObject([{ id: placed.id }])
    expect(await low.holds.place('facts/gone', proceedings)).toMatchObject({ held: {}, pastVersions: 0 })
    await expect(as(olga).forget('facts/gone', asked)).rejects.toBeInstanceOf(HeldError)
    await lawyer.holds.release(id, proceedings)
    expect((await as(olga).forget('facts/gone', asked)).forgotten).toEqual({ facts: 1 })
  })

  it('lets either a hold or an erasure win', async () => {
    const [view, lawyer, officer] = [as(ann), as(leo), as(olga)]
    for (let round = 0; round < 5; round += 1) {
      const subject = `person/${round}`
      await Promise.all([1, 2, 3].map((n) => view.facts.set(`${subject}/${n}`, n, { subject })))
      const [erased, placed] = await Promise.allSettled([
        officer.forget({ subject }, asked),
        lawyer.holds.place({ subject }, proceedings),
      ])
      const left = (await view.facts.list({ prefix: `${subject}/` })).items.length
      expect(left).toBe(erased.status === 'fulfilled' ? 0 : 3)
      expect(placed).toMatchObject({ value: { held: left === 0 ? {} : { facts: 3 } } })
    }
  })

  it('may overlap with another one: the last release frees', async () => {
    const [view, lawyer] = [as(ann), as(leo)]
    await view.facts.set('a', 1, { subject: 'p', tags: ['t'] })
    const [one, two] = await Promise.all([
      lawyer.holds.place({ subject: 'p' }, proceedings),
      lawyer.holds.place({ tags: ['t'] }, { reason: 'Case 8', derived: 'leave' }),
    ])
    await lawyer.holds.release(one.id, proceedings)
    await expect(view.facts.delete('a')).rejects.toBeInstanceOf(HeldError)
    await lawyer.holds.release(two.id, proceedings)
    expect(await view.facts.delete('a')).toBe(true)
  })

  it('counts for other processes, and for those that open the space later', async () => {
    const other = await fresh.another()
    await as(ann).facts.set('old', 1, { subject: 'p' })
    const { id } = await as(leo).holds.place({ subject: 'p' }, proceedings)
    await as(ann).facts.set('new', 1, { subject: 'p' })
    const later = await fresh.another()
    for (const memory of [other, later]) {
      const { facts } = memory.as(ann)
      for (const key of ['old', 'new']) {
        await expect(facts.delete(key)).rejects.toBeInstanceOf(HeldError)
        await expect(facts.set(key, 2)).rejects.toBeInstanceOf(HeldError)
      }
      await expect(memory.as(olga).forget({ subject: 'p' }, asked)).rejects.toBeInstanceOf(HeldError)
      expect(await facts.getMany(['old', 'new'])).toEqual([1, 1])
    }
    await later.as(leo).holds.release(id, { reason: 'settled' })
    expect((await other.as(olga).forget({ subject: 'p' }, asked)).forgotten).toEqual({ facts: 2 })
    await Promise.all([other.close(), later.close()])
  })
}

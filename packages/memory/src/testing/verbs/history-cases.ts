import { randomBytes } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'

import { describe, expect, it } from 'vitest'

import { openMemory } from '../../open-memory.ts'
import type { View } from '../../view.ts'
import { HistoryError } from '../../values/history-error.ts'
import { HeldError } from '../../values/held-error.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob, boss } from '../memory/principals.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { storeMoment } from './store-moment.ts'

const olga = { ...boss, id: 'olga', rights: ['erase', 'hold'] } as const
const because = { reason: 'They asked for it.' } as const

/** What facts were: their versions, and reading them as of a time. */
export function historyCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options, { history: { prefixes: { 'off/': 0, 'few/': { versions: 2 } } } })
  const as = (who: Parameters<typeof fresh.memory.as>[0]): View => fresh.memory.as(who)
  const moment = (): Promise<number> => storeMoment(fresh.driver)
  const valuesOf = async (view: View, key: string): Promise<unknown[]> =>
    (await view.facts.history(key)).map(({ value, deleted }) => (deleted ? 'deleted' : value))

  it('lists the versions of a fact, newest first, with who wrote them and when', async () => {
    const { facts } = as(ann)
    await facts.set('price', 10, { task: 'deal', tags: ['x'] })
    await as(bob).facts.set('price', 12)
    await facts.delete('price')
    const third = await facts.set('price', 15)
    const versions = await facts.history('price')
    expect(versions).toMatchObject([
      { key: 'price', version: third.version, value: 15, author: 'ann', deleted: false, at: third.updatedAt },
      { version: 3, value: undefined, author: 'ann', deleted: true },
      { version: 2, value: 12, author: 'bob', deleted: false },
      { version: 1, value: 10, author: 'ann', task: 'deal', tags: ['x'], sensitivity: 'public' },
    ])
    expect(await facts.history('none')).toEqual([])
    await facts.update<number>('price', (price = 0) => price + 1)
    expect(await valuesOf(as(ann), 'price')).toEqual([16, 15, 'deleted', 12, 10])
  })

  it('reads a fact as it was', async () => {
    const { facts } = as(ann)
    const before = await moment()
    await facts.set('price', 10)
    const first = await moment()
    await as(bob).facts.set('price', 12)
    const second = await moment()
    await facts.delete('price')
    const third = await moment()
    await facts.set('price', 15)
    const read = async (asOf: number): Promise<unknown> => (await facts.read('price', { asOf }))?.value
    expect([await read(before), await read(first), await read(second), await read(third)]).toEqual([
      undefined,
      10,
      12,
      undefined,
    ])
    expect(await facts.read('price', { asOf: second })).toMatchObject({ version: 2, author: 'bob' })
    expect(await read(await moment())).toBe(15)
  })

  it('says where it does not reach back, and how far it does', async () => {
    const { facts } = as(ann)
    await facts.set('few/k', 0)
    const early = await moment()
    for (let value = 1; value <= 9; value += 1) await facts.set('few/k', value)
    const versions = await facts.history('few/k')
    expect(versions.map(({ value }) => value)).toEqual([9, 8, 7])
    const error: unknown = await facts.read('few/k', { asOf: early }).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'SKEIN_HISTORY', asOf: early, reachesTo: versions.at(-1)?.at })
    const long = facts.read('price', { asOf: as(ann).now() - 40 * 86_400_000 })
    await expect(long).rejects.toThrow(HistoryError)
    // Where the history is off, there is only the present.
    await facts.set('off/k', 1)
    const at = await moment()
    await facts.set('off/k', 2)
    expect(await valuesOf(as(ann), 'off/k')).toEqual([2])
    await expect(facts.read('off/k', { asOf: at })).rejects.toThrow(HistoryError)
    await expect(facts.read('k', { asOf: 'yesterday' as never })).rejects.toThrow('`asOf`')
  })

  it('labels each version as it was then: who was not cleared for it sees no trace', async () => {
    const guest = as(ann)
    const at: number[] = []
    await guest.facts.set('k', 'open')
    at.push(await moment())
    await as(boss).facts.set('k', 'secret', { sensitivity: 'confidential' })
    at.push(await moment())
    await as(boss).facts.set('k', 'open again')
    await as(boss).facts.set('only', 'secret', { sensitivity: 'confidential' })
    await as(boss).facts.delete('only')
    expect(await valuesOf(guest, 'k')).toEqual(['open again', 'open'])
    expect(await valuesOf(as(boss), 'k')).toEqual(['open again', 'secret', 'open'])
    expect(await valuesOf(guest, 'only')).toEqual([])
    expect(await valuesOf(as(boss), 'only')).toEqual(['deleted', 'secret'])
    const seen = await Promise.all(at.map(async (asOf) => (await guest.facts.read('k', { asOf }))?.value))
    expect(seen).toEqual(['open', undefined])
  })

  describe('a view of the memory as it was', () => {
    it('shows facts, journals and questions of that time', async () => {
      const now = as(ann)
      await now.facts.set('price', 10, { tags: ['x'] })
      await now.facts.set('gone', 1)
      const noted = await now.observations.log({ value: 'the red fox', task: 't' })
      const asked = await now.escalations.open({ task: 't', reason: 'Which one?' })
      const at = await moment()
      await now.facts.set('price', 12)
      await now.facts.set('new', 1)
      await now.facts.delete('gone')
      await now.observations.log({ value: 'the blue fox', task: 't' })
      await now.observations.retract(noted.id, 'It was green.')
      await now.escalations.take(asked.id)
      await now.escalations.answer(asked.id, 'This one.')
      const then = fresh.memory.as(ann, { asOf: at })
      expect(await then.facts.getMany(['price', 'gone', 'new'])).toEqual([10, 1, undefined])
      expect((await then.facts.list()).items.map(({ key, value }) => [key, value])).toEqual([
        ['gone', 1],
        ['price', 10],
      ])
      expect((await then.facts.list({ limit: 1 })).items.map(({ key }) => key)).toEqual(['gone'])
      expect((await then.facts.list({ tags: ['x'] })).items.map(({ key }) => key)).toEqual(['price'])
      expect((await then.facts.search('price'))[0]?.item).toMatchObject({ key: 'price', value: 10 })
      expect((await then.observations.list()).items.map(({ value }) => value)).toEqual(['the red fox'])
      expect((await then.observations.search('fox')).map(({ item }) => item.value)).toEqual(['the red fox'])
      expect(await then.escalations.get(asked.id)).toMatchObject({ state: 'open', answer: undefined })
      expect((await then.escalations.list({ task: 't' })).map(({ state }) => state)).toEqual(['open'])
      expect((await then.records.list({ collection: 'facts' })).items.map(({ id }) => id)).toEqual(['gone', 'price'])
      // The present is not disturbed.
      expect(await now.facts.get('price')).toBe(12)
    })

    it('only reads: whatever would change something is refused', async () => {
      await as(ann).facts.set('k', 1)
      const view = fresh.memory.as(ann, { asOf: await moment() })
      const writes: Record<string, () => Promise<unknown>> = {
        set: () => view.facts.set('k', 2),
        update: () => view.facts.update('k', () => 2),
        delete: () => view.facts.delete('k'),
        log: () => view.observations.log({ value: 1 }),
        put: () => view.objects.put('text'),
        forget: () => view.forget('facts/k', because),
        once: () => view.once('work', () => 1),
        claim: () => view.claims.claim('t'),
        transaction: () => view.transaction(({ facts }) => facts.set('k', 2)),
      }
      for (const [name, write] of Object.entries(writes)) {
        await expect(write(), name).rejects.toMatchObject({ code: 'SKEIN_PAST_VIEW' })
      }
      expect(await as(ann).facts.get('k')).toBe(1)
    })

    it('shows nobody more than then, and says where it does not reach', async () => {
      await as(boss).facts.set('k', 'secret', { sensitivity: 'confidential' })
      await as(ann).facts.set('few/k', 0)
      const at = await moment()
      await as(boss).facts.set('k', 'open')
      const then = fresh.memory.as(ann, { asOf: at })
      expect(await then.facts.get('k')).toBeUndefined()
      expect((await then.facts.list()).items.map(({ key }) => key)).toEqual(['few/k'])
      expect(await fresh.memory.as(boss, { asOf: at }).facts.get('k')).toBe('secret')
      for (let value = 1; value <= 9; value += 1) await as(ann).facts.set('few/k', value)
      await expect(then.facts.get('few/k')).rejects.toThrow(HistoryError)
      await expect(then.facts.list()).rejects.toThrow(HistoryError)
      expect(() => fresh.memory.as(ann, { asOf: at - 40 * 86_400_000 })).toThrow(HistoryError)
      await expect(async () => fresh.memory.as(ann, { asof: at } as never)).rejects.toThrow('`asOf`')
    })
  })

  describe('forgetting', () => {
    it('takes a fact with its past, also one that was deleted', async () => {
      const { facts } = as(ann)
      for (const value of ['one', 'two']) for (const key of ['k', 'gone', 'stays']) await facts.set(key, value)
      await facts.delete('gone')
      const at = await moment()
      const report = await as(ann).forget(['facts/k', 'facts/gone'], because)
      expect(report.forgotten).toEqual({ facts: 2 })
      expect([await valuesOf(as(ann), 'k'), await valuesOf(as(ann), 'gone')]).toEqual([[], []])
      expect(await valuesOf(as(ann), 'stays')).toEqual(['two', 'one'])
      expect(await facts.read('k', { asOf: at })).toBeUndefined()
      await using store = await fresh.driver.open('default', 'writer')
      expect(await store.pastIds({ collection: 'facts', prefix: '', limit: 10 })).toEqual({ ids: ['stays'] })
    })

    it('finds past versions that are about a subject, and leaves the present one', async () => {
      const { facts } = as(ann)
      await facts.set('next', 'call Zoë', { subject: 'person/42' })
      await facts.set('next', 'call Yves')
      await facts.set('next', 'call nobody')
      const noted = await as(ann).observations.log({ value: 'Zoë called' })
      await facts.set('news', 'of Zoë', { derivedFrom: [noted] })
      await facts.set('news', 'none')
      const report = await as(ann).forget({ subject: 'person/42' }, because)
      expect(report.forgotten).toEqual({ facts: 1 })
      expect(await valuesOf(as(ann), 'next')).toEqual(['call nobody', 'call Yves'])
      await as(ann).forget(noted, { ...because, derived: 'forget' })
      expect(await valuesOf(as(ann), 'news')).toEqual(['none'])
    })

    it('needs the right for what others wrote, and stops at a hold', async () => {
      await as(bob).facts.set('k', 1)
      await as(bob).facts.set('other', 1, { subject: 'person/42' })
      await as(bob).facts.set('other', 2)
      await as(bob).facts.delete('k')
      await expect(as(ann).forget('facts/k', because)).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
      expect((await as(ann).forget({ subject: 'person/42' }, because)).forgotten).toEqual({})
      const hold = await as(olga).holds.place({ subject: 'person/42' }, { reason: 'A lawsuit.' })
      await expect(as(olga).forget({ subject: 'person/42' }, because)).rejects.toThrow(HeldError)
      expect(await valuesOf(as(bob), 'other')).toEqual([2, 1])
      await as(olga).holds.release(hold.id, { reason: 'It is over.' })
      expect((await as(olga).forget({ subject: 'person/42' }, because)).forgotten).toEqual({ facts: 1 })
      expect(await valuesOf(as(bob), 'other')).toEqual([2])
    })
  })

  it('keeps nothing past its own end, nor past what retention allows', async () => {
    const { facts } = as(ann)
    await facts.set('later', 'short', { ttlMs: 600_000 })
    await facts.set('later', 'long')
    expect(await valuesOf(as(ann), 'later')).toEqual(['long', 'short'])
    await as(ann).forget('facts/later', because)
    await facts.set('k', 'short', { ttlMs: 30 })
    await facts.set('k', 'long')
    const end = as(ann).now() + 31
    while (as(ann).now() <= end) await pause(5)
    expect(await valuesOf(as(ann), 'k')).toEqual(['long'])
    await fresh.memory.sweep()
    await facts.set('tagged', 1, { tags: ['brief'] })
    await facts.set('tagged', 2)
    await using ruled = await openMemory({ store: fresh.driver, retention: [{ tag: 'brief', keepMs: 1 }] })
    await moment()
    await ruled.sweep()
    await using store = await fresh.driver.open('default', 'writer')
    expect(await store.pastIds({ collection: 'facts', prefix: '', limit: 10 })).toEqual({ ids: [] })
  })

  it('goes when it is due, also once all of it was looked at', async () => {
    const { facts } = as(ann)
    const left = async (): Promise<readonly string[]> => {
      await using store = await fresh.driver.open('default', 'writer')
      return (await store.pastIds({ collection: 'facts', prefix: '', limit: 10 })).ids
    }
    await using ruled = await openMemory({ store: fresh.driver, retention: [{ tag: 'brief', keepMs: 1 }] })
    await facts.set('other', 1)
    await facts.set('other', 2)
    await facts.set('soon', 'short', { ttlMs: 100 })
    await facts.set('soon', 'long')
    const end = as(ann).now() + 101
    await ruled.sweep()
    // Nothing is written, but time passes.
    while (as(ann).now() <= end) await pause(5)
    await ruled.sweep()
    expect(await left()).toEqual(['other'])
    await facts.set('new', 1, { tags: ['brief'] })
    await facts.set('new', 2, { tags: [] })
    await moment()
    await ruled.sweep()
    expect(await left()).toEqual(['other'])
    await facts.set('held', 1, { tags: ['brief'], subject: 'person/42' })
    await facts.set('held', 2, { tags: [] })
    const hold = await as(olga).holds.place({ subject: 'person/42' }, { reason: 'A lawsuit.' })
    await moment()
    await ruled.sweep()
    expect(await left()).toEqual(['held', 'other'])
    await as(olga).holds.release(hold.id, { reason: 'It is over.' })
    await ruled.sweep()
    expect(await left()).toEqual(['other'])
  })

  it('stays sealed, and moves to another key', async () => {
    const [k1, k2] = [randomBytes(32), randomBytes(32)]
    const driver = fresh.driver
    const secret = { sensitivity: 'confidential' } as const
    const space = 'sealed'
    {
      await using memory = await openMemory({ store: driver, space, encryption: { keys: { k1 }, current: 'k1' } })
      for (const value of ['one', 'two', 'three']) await memory.as(boss).facts.set('k', value, secret)
      expect(await valuesOf(memory.as(boss), 'k')).toEqual(['three', 'two', 'one'])
    }
    {
      await using memory = await openMemory({ store: driver, space, encryption: { keys: { k1, k2 }, current: 'k2' } })
      await memory.reseal()
    }
    await using memory = await openMemory({ store: driver, space, encryption: { keys: { k2 }, current: 'k2' } })
    expect(await valuesOf(memory.as(boss), 'k')).toEqual(['three', 'two', 'one'])
    const admin = memory.as({ ...boss, rights: ['administer'] })
    expect(await Array.fromAsync(admin.verify())).toEqual([])
    await using store = await driver.open(space, 'writer')
    const [past = []] = await store.past([{ collection: 'facts', id: 'k' }])
    expect(past.map(({ record }) => record.value.slice(0, 4))).toEqual(['~k2.', '~k2.'])
  })
}

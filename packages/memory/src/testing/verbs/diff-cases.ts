import { randomBytes } from 'node:crypto'

import { expect, it } from 'vitest'

import { openMemory } from '../../open-memory.ts'
import type { DiffOptions, RecordDifference } from '../../oversight/diff-records.ts'
import { HistoryError } from '../../values/history-error.ts'
import type { View } from '../../view.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob, boss } from '../memory/principals.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { storeMoment } from './store-moment.ts'

const secret = { sensitivity: 'confidential' } as const

/** What changed between two times. */
export function diffCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options, { history: { prefixes: { 'off/': 0, 'few/': { versions: 2 } } } })
  const as = (who: Parameters<typeof fresh.memory.as>[0]): View => fresh.memory.as(who)
  const moment = (): Promise<number> => storeMoment(fresh.driver)
  const diff = async (view: View, given: DiffOptions): Promise<RecordDifference[]> =>
    (await Array.fromAsync(view.records.diff(given))).toSorted((a, b) => (a.id < b.id ? -1 : 1))
  /** What became of each fact, with the value before and after. */
  const facts = async (view: View, given: DiffOptions): Promise<unknown[]> =>
    (await diff(view, given))
      .filter(({ collection }) => collection === 'facts')
      .map(({ id, change, before, after, author }) => [id, change, before?.value, after?.value, author])

  it('shows the value of a fact then and now, and who changed it', async () => {
    const view = as(ann)
    for (const key of ['changed', 'deleted', 'same', 'twice']) await view.facts.set(key, 1)
    const since = await moment()
    await as(bob).facts.set('changed', 2)
    await as(bob).facts.delete('deleted')
    await view.facts.set('added', 1, { task: 'deal' })
    await view.facts.set('twice', 2)
    await view.facts.delete('twice')
    await view.facts.set('short-lived', 1)
    await view.facts.delete('short-lived')
    const until = await moment()
    await view.facts.set('changed', 3)
    await view.facts.set('same', 2)
    await view.facts.set('twice', 3)
    expect(await facts(view, { since, until })).toEqual([
      ['added', 'added', undefined, 1, 'ann'],
      ['changed', 'changed', 1, 2, 'bob'],
      ['deleted', 'removed', 1, undefined, 'bob'],
      ['twice', 'removed', 1, undefined, 'ann'],
    ])
    expect(await facts(view, { since: until })).toEqual([
      ['changed', 'changed', 2, 3, 'ann'],
      ['same', 'changed', 1, 2, 'ann'],
      ['twice', 'added', undefined, 3, 'ann'],
    ])
    expect((await diff(view, { since, task: 'deal' })).map(({ id }) => id)).toEqual(['added'])
    expect(await diff(view, { since: await moment() })).toEqual([])
  })

  it('shows what was written, corrected and forgotten', async () => {
    const view = as({ ...ann, rights: ['erase'] })
    const wrong = await view.observations.log({ value: 'Acme is for sale.', task: 'deal' })
    const asked = await view.escalations.open({ task: 'deal', reason: 'Shall we bid?' })
    const gone = await view.facts.set('gone', 'of Zoë', { subject: 'person/42' })
    const since = await moment()
    const noted = await view.observations.log({ value: 'Acme is not for sale.', task: 'deal' })
    await view.observations.retract(wrong.id, 'A rumor.')
    await view.escalations.answer(asked.id, 'No.')
    const stored = await view.objects.put('a text')
    await view.forget({ subject: 'person/42' }, { reason: 'asked' })
    const found = await diff(view, { since })
    const by = Object.groupBy(found, ({ collection }) => collection)
    expect(by).toMatchObject({
      observations: expect.arrayContaining([
        expect.objectContaining({ id: noted.id, change: 'added', before: undefined, author: 'ann' }),
        expect.objectContaining({ id: wrong.id, change: 'corrected' }),
      ]) as unknown,
      escalations: [{ id: asked.id, change: 'changed', before: { value: { state: 'open' } } }],
      objects: [{ id: stored.id, change: 'added' }],
      erasures: [{ change: 'added', after: { value: { reason: 'asked', forgotten: { facts: 1 } } } }],
    })
    const corrected = found.find(({ change }) => change === 'corrected')
    expect(corrected).toMatchObject({ after: { correction: { reason: 'A rumor.' } }, author: 'ann' })
    expect(corrected?.before?.correction).toBeUndefined()
    expect(found.filter(({ id }) => id === gone.key)).toEqual([])
    const ofTask = await diff(view, { since, task: 'deal' })
    expect(ofTask.map(({ id }) => id)).toEqual([asked.id, noted.id, wrong.id].toSorted())
    // What is retracted as soon as it was written was written all the same.
    await view.observations.retract(noted.id, 'Another rumor.')
    expect(await diff(view, { since: await moment() })).toEqual([])
    expect((await diff(view, { since })).filter(({ id }) => id === noted.id)).toMatchObject([
      { change: 'added', after: { correction: { state: 'retracted' } } },
    ])
  })

  it('shows nobody more than what it could see at each of the two times', async () => {
    await as(boss).facts.set('lowered', 'secret', secret)
    await as(boss).facts.set('raised', 'open')
    await as(boss).facts.set('hidden', 'secret', secret)
    const since = await moment()
    await as(boss).facts.set('lowered', 'open')
    await as(boss).facts.set('raised', 'secret', secret)
    await as(boss).facts.set('hidden', 'another secret', secret)
    await as(boss).facts.set('new', 'secret', secret)
    await as(boss).facts.delete('hidden')
    expect(await facts(as(ann), { since })).toEqual([
      ['lowered', 'added', undefined, 'open', 'boss'],
      ['raised', 'removed', 'open', undefined, undefined],
    ])
    expect(await facts(as(boss), { since })).toEqual([
      ['hidden', 'removed', 'secret', undefined, 'boss'],
      ['lowered', 'changed', 'secret', 'open', 'boss'],
      ['new', 'added', undefined, 'secret', 'boss'],
      ['raised', 'changed', 'open', 'secret', 'boss'],
    ])
  })

  it('says what it does not know, and where the history does not reach back', async () => {
    const view = as(ann)
    await view.facts.set('few/k', 0)
    await view.facts.set('off/k', 0)
    const since = await moment()
    for (let value = 1; value <= 9; value += 1) await view.facts.set('few/k', value)
    await view.facts.set('off/k', 1)
    const [few, off] = await diff(view, { since })
    expect(few).toMatchObject({ id: 'few/k', change: 'changed', before: undefined, after: { value: 9 } })
    expect(few?.reachesTo).toBe((await view.facts.history('few/k')).at(-1)?.at)
    expect(off).toMatchObject({ id: 'off/k', change: 'changed', before: undefined, after: { value: 1 } })
    expect(off?.reachesTo).toBe(off?.after?.updatedAt)
    const early = diff(view, { since: since - 40 * 86_400_000 })
    await expect(early).rejects.toMatchObject({ code: 'SKEIN_HISTORY', of: 'facts' })
    await expect(diff(view, { since, until: since - 1 })).rejects.toThrow('`until`')
    await expect(diff(view, {} as never)).rejects.toThrow('`since`')
    await using without = await openMemory({ store: fresh.driver, history: 0 })
    await expect(diff(without.as(ann), { since })).rejects.toThrow(HistoryError)
  })

  it('opens what was sealed', async () => {
    const encryption = { keys: { k1: randomBytes(32) }, current: 'k1' }
    await using memory = await openMemory({ store: fresh.driver, space: 'sealed', encryption })
    await memory.as(boss).facts.set('k', 'one', secret)
    const since = await moment()
    await memory.as(boss).facts.set('k', 'two', secret)
    expect(await facts(memory.as(boss), { since })).toEqual([['k', 'changed', 'one', 'two', 'boss']])
    expect(await diff(memory.as(ann), { since })).toEqual([])
  })
}

import { expect, it } from 'vitest'

import { ReadScope } from '../../space/read-scope.ts'
import { AccessError, CorrectedError, NotFoundError, OptionError } from '../../values/errors.ts'
import type { View } from '../../view.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob, boss } from '../memory/principals.ts'

const rita = { id: 'rita', role: 'review', rights: ['correct'] } as const

/** What rests on something that was corrected. */
export function doubtCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)
  const as = (who: Parameters<typeof fresh.memory.as>[0]): View => fresh.memory.as(who)
  /** Runs code as an activity would: what it reads is noted. */
  const reading = async <Result>(
    who: typeof ann | typeof bob,
    code: (view: View) => Promise<Result>,
  ): Promise<Result> => {
    using scope = new ReadScope()
    return code(fresh.memory.as(who, scope))
  }
  const because = 'The source withdrew it.'

  it('is found from what was corrected, through any number of steps', async () => {
    const seen = await as(ann).observations.log({ value: 'sold' })
    await as(bob).facts.set('status', 'sold', { derivedFrom: [seen] })
    const decided = await as(bob).decisions.record({
      task: 't',
      decision: 'bid',
      reasoning: 'It is for sale.',
      derivedFrom: ['facts/status'],
    })
    const other = await as(bob).decisions.record({ task: 't', decision: 'wait', reasoning: 'none' })
    const { corrections } = as(bob)
    expect((await corrections.dependents(seen)).map(({ id, doubts }) => [id, doubts])).toEqual([
      ['status', []],
      [decided.id, []],
    ])
    await as(ann).observations.retract(seen.id, because)
    const name = `observations/${seen.id}`
    expect(await corrections.of(seen)).toMatchObject({ state: 'retracted', reason: because })
    const [decision, ...more] = await corrections.dependents(seen, { collection: 'decisions' })
    expect(decision).toMatchObject({
      collection: 'decisions',
      id: decided.id,
      author: 'bob',
      distance: 2,
      doubts: [name],
    })
    expect(more).toEqual([])
    expect(await corrections.doubts(decided)).toEqual([name])
    expect(await corrections.doubts('facts/status')).toEqual([name])
    expect(await corrections.doubts(other)).toEqual([])
    expect((await as(bob).records.get('decisions', decided.id))?.doubts).toEqual([name])
    await expect(corrections.doubts('observations/none')).rejects.toBeInstanceOf(NotFoundError)
    await expect(corrections.dependents(seen, { collection: 'claims' } as never)).rejects.toBeInstanceOf(OptionError)
  })

  it('is told to each author once, with the names of all that rests on it', async () => {
    const seen = await as(ann).observations.log({ value: 'sold' })
    const notes = await Promise.all(
      [...Array(5)].map((_, index) => as(bob).observations.log({ value: index, derivedFrom: [seen] })),
    )
    await as(boss).facts.set('plan', 1, { derivedFrom: [notes[0] ?? seen] })
    await as(ann).facts.set('own', 1, { derivedFrom: [seen] })
    await as(ann).observations.retract(seen.id, because)
    await as(ann).observations.retract(seen.id, because)
    const [alert, ...others] = await as(bob).alerts.pending()
    expect(others).toEqual([])
    expect(alert).toMatchObject({
      from: 'ann',
      insight: { corrected: `observations/${seen.id}`, state: 'retracted', reason: because, count: 5 },
    })
    const told = (alert?.insight ?? {}) as { inDoubt?: string[] }
    expect(told.inDoubt?.toSorted()).toEqual(notes.map(({ id }) => `observations/${id}`).toSorted())
    expect((await as(boss).alerts.pending()).map(({ insight }) => insight)).toMatchObject([{ inDoubt: ['facts/plan'] }])
    expect(await as(ann).alerts.pending()).toEqual([])
  })

  it('marks a lineage of objects', async () => {
    const { objects, corrections } = as(ann)
    const part = await objects.put('part')
    const note = await objects.put('note', { derivedFrom: [part] })
    const sum = await objects.put('sum', { derivedFrom: [note] })
    await objects.retract(part, because)
    const uses = await objects.lineage(part, { direction: 'uses' })
    expect(uses.map(({ ref, doubts }) => [ref.id, doubts])).toEqual([
      [note.id, [`objects/${part.id}`]],
      [sum.id, [`objects/${part.id}`]],
    ])
    const sources = await objects.lineage(sum, { direction: 'sources' })
    expect(sources.map(({ correction }) => correction?.state)).toEqual([undefined, 'retracted'])
    expect(await corrections.doubts(sum)).toEqual([`objects/${part.id}`])
    // What is made of it later is in doubt from the start.
    const late = await objects.put('late', { derivedFrom: [part] })
    expect(await corrections.doubts(late)).toEqual([`objects/${part.id}`])
  })

  it('ends where a record is confirmed, corrected or written anew', async () => {
    const seen = await as(ann).observations.log({ value: 'sold' })
    const note = await as(bob).observations.log({ value: 'note', derivedFrom: [seen] })
    await as(bob).facts.set('plan', 1, { derivedFrom: [note] })
    await as(bob).facts.set('other', 1, { derivedFrom: [seen] })
    await as(ann).observations.retract(seen.id, because)
    const { corrections } = as(bob)
    const doubts = async (): Promise<boolean[]> =>
      Promise.all([note, 'facts/plan', 'facts/other'].map(async (one) => (await corrections.doubts(one)).length > 0))
    expect(await doubts()).toEqual([true, true, true])
    await expect(as(ann).corrections.confirm(note)).rejects.toBeInstanceOf(AccessError)
    await as(rita).corrections.confirm(note, { reason: 'There is another source.' })
    // What rests on it alone holds as well.
    expect(await doubts()).toEqual([false, false, true])
    await as(bob).facts.set('other', 2)
    expect(await doubts()).toEqual([false, false, false])
    // A confirmation says nothing of what is corrected later, or of what is written later.
    const second = await as(ann).observations.log({ value: 'again' })
    await as(bob).facts.set('plan', 2, { derivedFrom: [second] })
    await corrections.confirm('facts/plan')
    await as(ann).observations.retract(second.id, because)
    expect(await corrections.doubts('facts/plan')).toEqual([`observations/${second.id}`])
    await corrections.confirm('facts/plan')
    expect(await corrections.doubts('facts/plan')).toEqual([])
    await as(bob).facts.set('plan', 3, { derivedFrom: [second] })
    expect(await corrections.doubts('facts/plan')).toEqual([`observations/${second.id}`])
    await as(bob).observations.retract(note.id, 'It was wrong itself.')
    await expect(corrections.confirm(note)).rejects.toBeInstanceOf(CorrectedError)
    expect((await corrections.of(note))?.state).toBe('retracted')
  })

  it('tells nobody of what is above the clearance', async () => {
    const secret = await as(boss).observations.log({ value: 'secret', sensitivity: 'confidential' })
    const seen = await as(ann).observations.log({ value: 'seen' })
    const hidden = await as(boss).observations.log({ value: 'x', sensitivity: 'confidential', derivedFrom: [seen] })
    const lowered = await as({ ...boss, rights: ['declassify'] }).observations.declassify(hidden.id, {
      reason: 'a test',
    })
    await as(boss).observations.retract(secret.id, because)
    await as(ann).observations.retract(seen.id, because)
    // The way from one to the other leads through something hidden.
    expect(await as(ann).corrections.dependents(seen)).toMatchObject([{ id: lowered.id }])
    expect(await as(ann).alerts.pending()).toEqual([])
    await expect(as(ann).corrections.of(secret)).rejects.toBeInstanceOf(NotFoundError)
    expect((await as(boss).corrections.dependents(seen)).map(({ id }) => id).toSorted()).toEqual(
      [hidden.id, lowered.id].toSorted(),
    )
  })

  it('is told to authors above the clearance of who corrects, who learns nothing of it', async () => {
    const secret = { sensitivity: 'confidential' } as const
    const seen = await as(ann).observations.log({ value: 'sold' })
    const open = await as(boss).observations.log({ value: 'open', derivedFrom: [seen] })
    await as(boss).facts.set('plan', 'secret', { derivedFrom: [seen], ...secret })
    await as(boss).decisions.record({ task: 't', decision: 'bid', reasoning: 'none', derivedFrom: ['facts/plan'] })
    await as(ann).observations.retract(seen.id, because)
    const alerts = await as(boss).alerts.pending()
    const [decision] = (await as(boss).decisions.list()).items
    const told = alerts.map(({ insight }) => (insight as { inDoubt: string[] }).inDoubt)
    expect(told).toHaveLength(2)
    expect(told).toContainEqual([`observations/${open.id}`])
    expect(told).toContainEqual(['facts/plan', `decisions/${decision?.id}`])
    expect(await as(boss).corrections.doubts('facts/plan')).toEqual([`observations/${seen.id}`])
    const view = as({ ...ann, rights: ['audit'] })
    const shown = JSON.stringify([
      await Array.fromAsync(view.audit.entries()),
      await view.feed.read({ after: 0 }),
      await view.records.list({ collection: 'alerts' }),
      await view.corrections.dependents(seen),
    ])
    expect(shown).toContain(open.id)
    const hidden = alerts.find(({ insight }) => (insight as { count: number }).count === 2)
    for (const trace of ['plan', `${decision?.id}`, `${hidden?.id}`]) expect(shown).not.toContain(trace)
  })

  it('forgets results of work that asked for it, and only those', async () => {
    const runs: string[] = []
    const seen = await as(ann).observations.log({ value: 'sold', task: 'a' })
    await as(ann).observations.log({ value: 'kept', task: 'b' })
    const ask = (task: string, onRetract: 'keep' | 'recompute'): Promise<unknown> =>
      reading(bob, async (view) => {
        const work = async (): Promise<unknown> => {
          runs.push(`${task} ${onRetract}`)
          return (await view.observations.list({ task })).items.map(({ value }) => value)
        }
        return (await view.once(`sum ${task} ${onRetract}`, work, { onRetract })).value
      })
    const all = async (): Promise<unknown> =>
      Promise.all([ask('a', 'recompute'), ask('a', 'keep'), ask('b', 'recompute')])
    expect(await all()).toEqual([['sold'], ['sold'], ['kept']])
    expect(await all()).toEqual([['sold'], ['sold'], ['kept']])
    expect(runs).toHaveLength(3)
    await as(ann).observations.retract(seen.id, because)
    expect(await all()).toEqual([[], ['sold'], ['kept']])
    expect(runs.slice(3)).toEqual(['a recompute'])
    await expect(as(bob).once('x', () => 1, { onRetract: 'forget' as never })).rejects.toMatchObject({
      option: 'onRetract',
    })
  })

  it('keeps no result of work that was under way when what it had read was retracted', async () => {
    const seen = await as(ann).observations.log({ value: 'sold' })
    const retracting = Promise.withResolvers<void>()
    const isReading = Promise.withResolvers<void>()
    const running = reading(bob, (view) =>
      view.once(
        'sum',
        async () => {
          const { items } = await view.observations.list()
          isReading.resolve()
          await retracting.promise
          return items.length
        },
        { onRetract: 'recompute' },
      ),
    )
    await isReading.promise
    await as(ann).observations.retract(seen.id, because)
    retracting.resolve()
    expect((await running).value).toBe(1)
    expect(await as(bob).once('sum', () => 0)).toMatchObject({ value: 0, reused: false })
  })
}

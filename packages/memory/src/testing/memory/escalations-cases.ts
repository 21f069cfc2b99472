import { expect, it } from 'vitest'

import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann, bob, boss } from './principals.ts'

/** Escalations: one answer for all waiting agents. */
export function escalationsCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)

  const ask = { task: 't1', reason: 'above my limit', question: 'Grant 20 %?', assignedTo: 'support' }
  const eve = { id: 'eve', role: 'support' }

  it('wait for a person, and one answer resumes every agent that asked the same', async () => {
    await using other = await fresh.another()
    const [mine, theirs] = await Promise.all([
      fresh.memory.as(ann).escalations.open(ask),
      other.as(bob).escalations.open(ask),
    ])
    expect(mine.id).toBe(theirs.id)
    const waiting = [fresh.memory.as(ann).escalations.answered(mine.id), other.as(bob).escalations.answered(mine.id)]
    const person = fresh.memory.as(eve).escalations
    expect(await person.list({ state: 'open', assignedTo: 'support' })).toMatchObject([
      { id: mine.id, state: 'open', ...ask },
    ])
    await person.take(mine.id)
    await expect(fresh.memory.as(bob).escalations.answer(mine.id, 'no')).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    await person.answer(mine.id, { granted: true })
    for (const answered of await Promise.all(waiting)) {
      expect(answered).toMatchObject({
        state: 'answered',
        answer: { granted: true },
        takenBy: 'eve',
        openedBy: mine.openedBy,
      })
    }
    expect(await fresh.memory.as(ann).escalations.open(ask)).toMatchObject({
      state: 'answered',
      answer: { granted: true },
    })
    await expect(person.take(mine.id)).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
  })

  it('can be given back to the queue, or to the agents', async () => {
    const { id } = await fresh.memory.as(ann).escalations.open(ask)
    const person = fresh.memory.as(eve).escalations
    await person.take(id)
    expect(await person.release(id)).toMatchObject({ state: 'open', takenBy: undefined })
    await person.handBack(id, 'decide yourself')
    expect(await fresh.memory.as(ann).escalations.answered(id)).toMatchObject({
      state: 'handed-back',
      answer: 'decide yourself',
    })
  })

  it('are declined with a reason, which ends them', async () => {
    const { id } = await fresh.memory.as(ann).escalations.open(ask)
    const waiting = fresh.memory.as(ann).escalations.answered(id)
    const person = fresh.memory.as(eve).escalations
    await expect(person.decline(id, ' ')).rejects.toMatchObject({ code: 'SKEIN_OPTION', option: 'why' })
    await fresh.memory.as(bob).escalations.take(id)
    await expect(person.decline(id, 'no')).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    await fresh.memory.as(bob).escalations.decline(id, 'Too much.')
    expect(await waiting).toMatchObject({ state: 'declined', answer: 'Too much.', takenBy: 'bob' })
    await expect(fresh.memory.as(bob).escalations.answer(id, 'yes')).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
    expect(await person.list({ state: 'declined' })).toMatchObject([{ id }])
  })

  it('stop waiting when aborted', async () => {
    const { id } = await fresh.memory.as(ann).escalations.open(ask)
    const stop = new AbortController()
    const waiting = fresh.memory.as(ann).escalations.answered(id, { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(waiting).rejects.toThrow('enough')
    await expect(fresh.memory.as(ann).escalations.answered('f'.repeat(32))).rejects.toMatchObject({
      code: 'SKEIN_NOT_FOUND',
    })
  })

  it('come with all related records within the clearance, and count what is hidden for nobody but administrators', async () => {
    const view = fresh.memory.as(ann)
    const page = await view.objects.put('a page', { task: 't1' })
    await view.observations.log({ task: 't1', value: 'seen', derivedFrom: [page] })
    await view.decisions.record({ task: 't1', decision: 'wait', reasoning: 'unsure' })
    await view.learnings.log({ task: 't1', signal: 'failure', context: { a: 1 }, details: 'x' })
    await view.facts.set('t1/price', 5, { task: 't1' })
    await view.observations.log({ task: 't2', value: 'elsewhere' })
    await fresh.memory.as(boss).observations.log({ task: 't1', value: 'secret', sensitivity: 'confidential' })
    const { id } = await view.escalations.open(ask)
    const low = await fresh.memory.as(eve).escalations.package(id)
    expect(low).toMatchObject({
      escalation: { id },
      observations: [{ value: 'seen', author: 'ann', derivedFrom: [page.id] }],
      decisions: [{ value: { decision: 'wait' } }],
      learnings: [{ value: { signal: 'failure' } }],
      facts: [{ id: 't1/price', value: 5 }],
      objects: [{ id: page.id }],
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
    expect([low, await fresh.memory.as(boss).escalations.package(id)].map((found) => 'leftOut' in found)).toEqual([
      false,
      false,
    ])
    const admin = fresh.memory.as({ ...eve, rights: ['administer'] })
    expect((await admin.escalations.package(id)).leftOut).toBe(1)
  })

  it('come with what the person may see, however much there is above', async () => {
    const view = fresh.memory.as(ann)
    await view.observations.log({ task: 't1', value: 'seen' })
    const { observations } = fresh.memory.as(boss)
    const hidden = Array.from(
      { length: 1_005 },
      (_, n) => ({ task: 't1', value: n, sensitivity: 'confidential' }) as const,
    )
    await Promise.all(hidden.map((observation) => observations.log(observation)))
    const { id } = await view.escalations.open(ask)
    const low = await fresh.memory.as(eve).escalations.package(id)
    expect({ values: low.observations.map(({ value }) => value), isCut: low.isCut }).toEqual({
      values: ['seen'],
      isCut: false,
    })
  })

  it('above a clearance do not exist', async () => {
    const { id } = await fresh.memory.as(boss).escalations.open({ ...ask, sensitivity: 'confidential' })
    expect(await fresh.memory.as(eve).escalations.list()).toEqual([])
    await expect(fresh.memory.as(eve).escalations.get(id)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
    await expect(fresh.memory.as(eve).escalations.answer(id, 1)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
  })
}

import { describe, expect, it } from 'vitest'

import type { View } from '../../view.ts'
import { AccessError, CorrectedError, NotFoundError, OptionError } from '../../values/errors.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob, boss } from '../memory/principals.ts'

const rita = { id: 'rita', role: 'review', rights: ['correct'] } as const

/** Retracting and superseding records, and what holds after that. */
export function correctionsCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)
  const as = (who: Parameters<typeof fresh.memory.as>[0]): View => fresh.memory.as(who)

  it('shows what holds, in lists and searches, and the rest to whoever asks for it', async () => {
    const view = as(ann)
    await view.observations.log({ value: 'The red fox sleeps.', task: 't' })
    const wrong = await view.observations.log({ value: 'The red fox runs.', task: 't', tags: ['seen'] })
    await view.observations.log({ value: 'The hen sleeps.', task: 't' })
    const correction = await view.observations.retract(wrong.id, 'It was a dog.')
    expect(correction).toMatchObject({ state: 'retracted', reason: 'It was a dog.', author: 'ann' })

    const other = as(bob).observations
    const values = async (list: ReturnType<typeof other.list>): Promise<unknown[]> =>
      (await list).items.map(({ value }) => value)
    expect(await values(other.list())).toEqual(['The hen sleeps.', 'The red fox sleeps.'])
    expect(await values(other.list({ task: 't', author: 'ann', tags: ['seen'] }))).toEqual([])
    expect((await other.search('fox')).map(({ item }) => item.value)).toEqual(['The red fox sleeps.'])

    // All of it, each in its place.
    const all = (await other.list({ include: 'all' })).items
    expect(all.map(({ value }) => value)).toEqual(['The hen sleeps.', 'The red fox runs.', 'The red fox sleeps.'])
    expect(all.map(({ correction: why }) => why?.reason)).toEqual([undefined, 'It was a dog.', undefined])
    expect(all[1]).toMatchObject({ id: wrong.id, seq: wrong.seq, createdAt: wrong.createdAt })
    const found = await other.search('fox runs', { include: 'all' })
    expect(found.map(({ item }) => item.id)).toContain(wrong.id)
    expect(await other.get(wrong.id, { include: 'all' })).toMatchObject({ value: 'The red fox runs.', correction })
    await expect(other.get(wrong.id)).rejects.toMatchObject({
      code: 'SKEIN_CORRECTED',
      key: `observations/${wrong.id}`,
      reason: 'It was a dog.',
    })
  })

  it('gives words the weights and records the order that they would have if it had never been', async () => {
    const texts = ['fox fox den', 'fox hen', 'hen', 'den hen fox run', 'the long tale of a fox and a den and a hen']
    const ids: string[] = []
    for (const value of texts) ids.push((await as(ann).observations.log({ value })).id)
    const before = await as(bob).observations.search('fox den')
    const extra = await Promise.all(
      [...Array(5)].map(() => as(ann).observations.log({ value: 'fox fox fox den den run' })),
    )
    const between = await as(bob).observations.search('fox den')
    expect(between).not.toEqual(before)
    for (const { id } of extra) await as(ann).observations.retract(id, 'made up')
    expect(await as(bob).observations.search('fox den')).toEqual(before)
    // Whoever asks for all finds them by the weights of all.
    const all = await as(bob).observations.search('fox den', { include: 'all' })
    expect(all.map(({ score }) => score)).toEqual(between.map(({ score }) => score))
  })

  it('supersedes an entry by a new one, and names what holds now', async () => {
    const { observations, decisions, learnings } = as(ann)
    const first = await observations.log({ value: 'costs 10' })
    const second = await observations.supersede(first.id, { value: 'costs 12', tags: ['price'] }, { reason: 'a typo' })
    expect(second).toMatchObject({ value: 'costs 12', author: 'ann', tags: ['price'] })
    const third = await observations.supersede(second.id, { value: 'costs 13' })
    expect((await observations.list()).items).toEqual([third])
    const { correction } = await observations.get(first.id, { include: 'all' })
    expect(correction).toMatchObject({
      state: 'superseded',
      reason: 'a typo',
      supersededBy: second.id,
      latest: third.id,
    })
    await expect(observations.get(first.id)).rejects.toMatchObject({ state: 'superseded', latest: third.id })
    // Nothing holds at the end of a chain that was retracted.
    await observations.retract(third.id, 'never sold')
    expect((await observations.get(first.id, { include: 'all' })).correction?.latest).toBeUndefined()

    const go = await decisions.record({ task: 't', decision: 'go', reasoning: 'none' })
    const stay = await decisions.supersede(go.id, { task: 't', decision: 'stay', reasoning: 'rain' })
    expect((await decisions.list({ task: 't' })).items).toEqual([stay])
    const won = await learnings.log({ signal: 'success', context: { industry: 'retail' }, details: 'numbers' })
    const lost = await learnings.supersede(won.id, {
      signal: 'failure',
      context: { industry: 'retail' },
      details: 'numbers',
    })
    const { success, failure } = await as(bob).learnings.relevant({ industry: 'retail' })
    expect([success, failure.map(({ item }) => item.id)]).toEqual([[], [lost.id]])
    await expect(decisions.supersede(stay.id, { task: 't', decision: 'x' } as never)).rejects.toBeInstanceOf(
      OptionError,
    )
  })

  it('supersedes by what is there, and never in a circle', async () => {
    const { observations } = as(ann)
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((value) => observations.log({ value })))
    if (!a || !b || !c) throw new Error('Expected three entries.')
    expect(await observations.supersede(a.id, b)).toMatchObject({ id: b.id })
    // The same again changes nothing.
    expect(await observations.supersede(a.id, { id: b.id })).toMatchObject({ id: b.id })
    await expect(observations.supersede(a.id, c)).rejects.toMatchObject({ code: 'SKEIN_CORRECTED', latest: b.id })
    await expect(observations.supersede(b.id, a)).rejects.toMatchObject({ key: `observations/${a.id}` })
    await expect(observations.supersede(b.id, b)).rejects.toBeInstanceOf(OptionError)
    await expect(observations.supersede(b.id, { id: 'none' })).rejects.toBeInstanceOf(NotFoundError)
    // Both at once: one of them comes first, and the other one finds that out.
    const both = await Promise.allSettled([observations.supersede(b.id, c), observations.supersede(c.id, b)])
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect((await observations.list()).items).toHaveLength(1)
  })

  it('can be done twice, and by several at once', async () => {
    const { id } = await as(ann).observations.log({ value: 'x' })
    const all = await Promise.all(['one', 'two', 'three'].map((why) => as(ann).observations.retract(id, why)))
    expect(new Set(all.map(({ reason }) => reason)).size).toBe(1)
    expect(await as(ann).observations.retract(id, 'four')).toEqual(all[0])
    await expect(as(ann).observations.supersede(id, { value: 'y' })).rejects.toBeInstanceOf(CorrectedError)
    expect((await as(ann).observations.list({ include: 'all' })).items).toHaveLength(1)
  })

  it('needs the right for what others wrote, and tells nothing of what can’t be seen', async () => {
    const { id } = await as(ann).observations.log({ value: 'x' })
    await expect(as(bob).observations.retract(id, 'no')).rejects.toBeInstanceOf(AccessError)
    await expect(as(bob).observations.supersede(id, { value: 'y' })).rejects.toBeInstanceOf(AccessError)
    expect((await as(bob).observations.list()).items.map(({ value }) => value)).toEqual(['x'])
    const hidden = await as(boss).observations.log({ value: 'secret', sensitivity: 'confidential' })
    const unknown = await as(rita)
      .observations.retract('none', 'no')
      .catch((error: unknown) => error)
    const refused = await as(rita)
      .observations.retract(hidden.id, 'no')
      .catch((error: unknown) => error)
    expect(unknown).toBeInstanceOf(NotFoundError)
    expect(String(refused)).toBe(String(unknown).replace('none', hidden.id))
    expect(await as(rita).observations.retract(id, 'checked')).toMatchObject({ author: 'rita' })
    await expect(as(ann).observations.retract(id, '')).rejects.toBeInstanceOf(OptionError)
    await expect(as(ann).observations.list({ include: 'some' } as never)).rejects.toMatchObject({ option: 'include' })
    // The mark of the memory is nobody's compartment.
    const forged = { compartments: ['~withdrawn'] }
    await expect(as(ann).observations.log({ value: 'x', ...forged })).rejects.toBeInstanceOf(OptionError)
    expect(() => as({ ...ann, clearance: { level: 'public', ...forged } })).toThrow(OptionError)
  })

  it('keeps the label: a correction is at least as sensitive as what it corrects', async () => {
    const secret = await as(boss).observations.log({ value: 'fox', sensitivity: 'confidential' })
    await as(boss).observations.retract(secret.id, 'the fox was a cat')
    for (const list of [
      as(ann).observations.list({ include: 'all' }),
      as(ann).records.list({ collection: 'corrections' }),
    ]) {
      expect((await list).items).toEqual([])
    }
    expect(await as(ann).observations.search('fox', { include: 'all' })).toEqual([])
    const [found] = (await as(boss).observations.list({ include: 'all' })).items
    expect(found?.correction?.reason).toBe('the fox was a cat')
    // What is made of it is as sensitive as it was, and no more.
    const note = await as(boss).facts.set('note', 1, { derivedFrom: [secret] })
    expect(note.version).toBeGreaterThan(0)
    expect(await as(ann).facts.get('note')).toBeUndefined()
    expect(await as(boss).facts.get('note')).toBe(1)
  })

  describe('of objects', () => {
    it('refuses reads by ref, and says why', async () => {
      const { objects } = as(ann)
      const wrong = await objects.put('a wrong text', { title: 'Notes' })
      const right = await objects.put('a right text')
      expect(await as(bob).objects.get(wrong)).toBe('a wrong text')
      await objects.supersede(wrong, right, { reason: 'a typo' })
      await expect(as(bob).objects.get(wrong)).rejects.toMatchObject({
        code: 'SKEIN_CORRECTED',
        reason: 'a typo',
        latest: right.id,
      })
      await expect(objects.bytes(wrong)).rejects.toBeInstanceOf(CorrectedError)
      expect(await objects.has(wrong)).toBe(false)
      expect(await as(bob).objects.get(wrong, { include: 'all' })).toBe('a wrong text')
      // The same content under the same label is what was withdrawn.
      await expect(objects.put('a wrong text')).rejects.toBeInstanceOf(CorrectedError)
      await objects.retract(right, 'not right either')
      await expect(objects.get(right)).rejects.toMatchObject({ state: 'retracted' })
      await expect(as(bob).objects.retract(right, 'no')).rejects.toBeInstanceOf(AccessError)
    })

    it('stays whoever writes meanwhile', async () => {
      const ref = await as(ann).objects.put('text')
      const source = await as(ann).objects.put('source')
      const writes = [...Array(5)].map(() =>
        as(bob)
          .objects.put('text', { derivedFrom: [source] })
          .catch((error: unknown) => error),
      )
      await Promise.all([as(ann).objects.retract(ref, 'wrong'), ...writes])
      await expect(as(bob).objects.get(ref)).rejects.toBeInstanceOf(CorrectedError)
    })
  })

  it('is followed by other processes, which have copies', async () => {
    const other = (await fresh.another()).as(bob)
    const mine = as(ann)
    const ref = await mine.objects.put('text')
    const { id } = await mine.observations.log({ value: 'fox' })
    expect(await other.objects.get(ref)).toBe('text')
    expect(await other.observations.search('fox')).toHaveLength(1)
    await mine.objects.retract(ref, 'wrong')
    await mine.observations.retract(id, 'wrong')
    await expect.poll(() => other.objects.has(ref)).toBe(false)
    await expect.poll(() => other.observations.search('fox')).toEqual([])
    expect(await other.observations.search('fox', { include: 'all' })).toHaveLength(1)
  })

  it('goes with its record when that is forgotten', async () => {
    const { id } = await as(ann).observations.log({ value: 'Zoë called', subject: 'person/42' })
    await as(rita).observations.retract(id, 'Zoë did not call')
    const report = await as(ann).forget({ subject: 'person/42' }, { reason: 'asked for' })
    expect(report).toMatchObject({ forgotten: { observations: 1, corrections: 1 }, left: [] })
    expect((await as(rita).observations.list({ include: 'all' })).items).toEqual([])
    expect((await as(rita).records.list({ collection: 'corrections' })).items).toEqual([])
    await expect(as(ann).observations.get(id)).rejects.toBeInstanceOf(NotFoundError)
  })

  it('leaves packages for people with what holds', async () => {
    const { observations, escalations } = as(ann)
    const { id } = await observations.log({ task: 't', value: 'wrong' })
    await observations.log({ task: 't', value: 'right' })
    await observations.retract(id, 'it was')
    const opened = await escalations.open({ task: 't', reason: 'help', assignedTo: 'support' })
    const { observations: packed, timeline } = await escalations.package(opened.id)
    expect(packed.map(({ value }) => value)).toEqual(['right'])
    const admin = as({ ...boss, rights: ['administer'] })
    expect((await admin.escalations.package(opened.id)).leftOut).toBe(0)
    expect(timeline.map((entry) => entry.id)).not.toContain(id)
  })
}

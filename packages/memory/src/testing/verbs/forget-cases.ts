import { describe, expect, it } from 'vitest'

import type { View } from '../../view.ts'
import { ReadScope } from '../../space/read-scope.ts'
import { NotFoundError } from '../../values/errors.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from '../memory/fresh-memory.ts'
import { ann, bob } from '../memory/principals.ts'

const olga = { id: 'olga', role: 'privacy', rights: ['erase', 'audit'], clearance: { level: 'confidential' } } as const
const because = { reason: 'They asked for it.' } as const

/** Forgetting records, whom they are about, and what was made of them. */
export function forgetCases(options: StoreContractOptions): void {
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

  it('is done to a record of any kind, named in any way', async () => {
    const view = as(ann)
    const noted = await view.observations.log({ value: 'the red fox' })
    const decided = await view.decisions.record({ task: 't', decision: 'go', reasoning: 'none' })
    const ref = await view.objects.put('a long text')
    await view.facts.set('price', 10)
    const fact = await view.facts.read('price')
    const report = await view.forget([noted, `decisions/${decided.id}`, ref, fact ?? ''], because)
    expect(report).toMatchObject({ forgotten: { observations: 1, decisions: 1, objects: 1, facts: 1 }, contents: 1 })
    expect(report.left).toEqual([])
    expect((await view.observations.list()).items).toEqual([])
    expect(await view.observations.search('fox')).toEqual([])
    expect((await view.decisions.list()).items).toEqual([])
    expect(await view.facts.get('price')).toBeUndefined()
    await expect(view.objects.get(ref)).rejects.toBeInstanceOf(NotFoundError)
    // Once more: there is nothing, and nothing happens.
    expect(await view.forget([noted, ref, 'facts/price'], because)).toEqual({
      id: undefined,
      forgotten: {},
      contents: 0,
      left: [],
    })
  })

  it('finds all that is about a subject, and all that inherits it', async () => {
    const view = as(ann)
    const call = await view.observations.log({ value: 'Zoë called', subject: 'person/42' })
    await view.facts.set('next', 'call Zoë', { derivedFrom: [call] })
    const letter = await view.objects.put('Dear Zoë', { subject: ['person/42', 'person/43'] })
    const reply = await view.objects.put('Dear Ann', { derivedFrom: [letter] })
    await view.learnings.log({ signal: 'success', context: {}, details: 'letters help', derivedFrom: [reply] })
    await view.observations.log({ value: 'Yves called', subject: 'person/43' })
    expect((await view.facts.read('next'))?.subjects).toEqual(['person/42'])
    expect(call.subjects).toEqual(['person/42'])
    // No subject is shown as a source.
    expect(call.derivedFrom).toEqual([])
    const report = await as(olga).forget({ subject: 'person/42' }, because)
    expect(report).toMatchObject({
      forgotten: { observations: 1, facts: 1, objects: 2, learnings: 1 },
      contents: 2,
      left: [],
    })
    expect((await view.observations.list()).items.map(({ value }) => value)).toEqual(['Yves called'])
    expect(await view.observations.search('Zoë')).toEqual([])
    expect(await view.facts.get('next')).toBeUndefined()
  })

  describe('what is derived', () => {
    /** A turn, a summary of it, a digest of the summary by somebody else, and a note of something else. */
    const chain = async (): Promise<{ turn: { id: string }; other: { id: string } }> => {
      const turn = await as(ann).observations.log({ value: 'turn' })
      const summary = await as(bob).observations.log({ value: 'summary', derivedFrom: [turn] })
      await as(bob).facts.set('digest', 'of it', { derivedFrom: [summary] })
      return { turn, other: await as(ann).observations.log({ value: 'other' }) }
    }
    const values = async (): Promise<unknown[]> => (await as(ann).observations.list()).items.map(({ value }) => value)

    it('is reported and stays, unless told otherwise', async () => {
      const { turn } = await chain()
      const report = await as(olga).forget(turn, because)
      expect(report.forgotten).toEqual({ observations: 1 })
      expect(report.left).toEqual([expect.stringMatching(/^observations\//), 'facts/digest'])
      expect(await values()).toEqual(['other', 'summary'])
    })

    it('goes too', async () => {
      const { turn } = await chain()
      const report = await as(olga).forget(turn, { ...because, derived: 'forget' })
      expect(report).toMatchObject({ forgotten: { observations: 2, facts: 1 }, left: [] })
      expect(await values()).toEqual(['other'])
      expect(await as(bob).facts.get('digest')).toBeUndefined()
    })

    it('is found though nobody said so, if an activity made it: results of work, too', async () => {
      const { turn } = await chain()
      await reading(bob, async (view) => {
        await view.observations.list()
        await view.once('gist/v1', () => 'a gist of turns')
        await view.facts.set('seen', 1)
      })
      // What was only reused was read as well.
      await reading(ann, async (view) => {
        await view.once('gist/v1', () => 'another')
        await view.learnings.log({ signal: 'success', context: {}, details: 'from the gist' })
      })
      const seen = await as(bob).facts.read('seen')
      expect(seen?.value).toBe(1)
      const report = await as(olga).forget(turn, { ...because, derived: 'forget' })
      expect(report.forgotten).toEqual({ observations: 2, facts: 2, learnings: 1, work: 1 })
      expect(await as(bob).once('gist/v1', () => 'made anew')).toMatchObject({ reused: false })
    })
  })

  describe('what agents keep', () => {
    /** Saves a state of an agent, as its runtime does. */
    const save = async (id: string, state: unknown): Promise<void> => {
      const view = as({ id, role: 'sales' })
      const claim = await view.claims.claim(`agent/${id}`)
      if (!claim) throw new Error('Nobody else has it.')
      await view.agents.save({ definition: 'd', status: 'active', state, claim })
    }
    const keptBy = async (id: string): Promise<readonly unknown[]> => {
      const { agents } = as({ id, role: 'sales' })
      return [(await agents.load())?.state, ...(await agents.mail()).map(({ message }) => message)]
    }

    it('goes too where it names what goes: an entry, a fact, a ref, a subject', async () => {
      const entry = await as(ann).observations.log({ value: 'Zoë called' })
      await as(ann).facts.set('next', 'call Zoë')
      const fact = await as(ann).facts.read('next')
      const ref = await as(ann).objects.put('Dear Zoë', { subject: 'person/42' })
      await save('whole', { done: [{ entry }] })
      await save('named', { texts: [`see ${entry.id}.`] })
      await save('keyed', { calls: { [entry.id]: 'by phone' } })
      await save('fact', { fact })
      await save('other', { fact: 'next', key: 'next', about: 'person/42' })
      await as(ann).agents.post({ to: 'other', message: { type: 'read', ref } })
      await as(ann).agents.post({ to: 'other', message: { type: 'rest' } })
      const all = { ...because, derived: 'forget' } as const
      const { left } = await as(olga).forget([entry], because)
      expect(left.toSorted()).toEqual(['agents/keyed', 'agents/named', 'agents/whole'])
      await save('again', { entry })
      await as(ann).forget([entry, 'facts/next'], { ...because, derived: 'keep' })
      const report = await as(olga).forget(ref, all)
      expect(report.forgotten).toEqual({ objects: 1, messages: 1 })
      expect(await keptBy('other')).toEqual([{ fact: 'next', key: 'next', about: 'person/42' }, { type: 'rest' }])
      expect(await keptBy('fact')).not.toEqual([undefined])
    })

    it('goes with all that is about a subject, and with what work had read that sent it', async () => {
      const entry = await as(ann).observations.log({ value: 'Zoë called', subject: 'person/42' })
      await save('meets', { people: ['person/42'] })
      await save('knows', { notes: [entry] })
      await reading(ann, async (view) => {
        await view.observations.list()
        await view.agents.post({ to: 'other', message: { type: 'told', text: 'She called.' } })
      })
      const report = await as(olga).forget({ subject: 'person/42' }, because)
      expect(report.forgotten).toEqual({ observations: 1, agents: 2, messages: 1 })
      expect(await keptBy('meets')).toEqual([undefined])
      expect(await keptBy('other')).toEqual([undefined])
    })

    it('is not saved again from what was forgotten: the state before, or mail that it has taken', async () => {
      const view = as(ann)
      const claim = await view.claims.claim('agent/ann')
      if (!claim) throw new Error('Nobody else has it.')
      const state = { definition: 'd', status: 'active', claim } as const
      const entry = await view.observations.log({ value: 'Zoë called' })
      const ifVersion = await view.agents.save({ ...state, state: 'before' })
      await view.agents.post({ to: 'ann', message: entry })
      const taken = await view.agents.mail()
      await as(olga).forget(entry, { ...because, derived: 'forget' })
      const late = view.agents.save({ ...state, ifVersion, state: 'Zoë called', taken })
      await expect(late).rejects.toMatchObject({ code: 'SKEIN_VERSION_CONFLICT', current: undefined })
      expect((await view.agents.load())?.state).toBe('before')
      await as(olga).forget('agents/ann', because)
      const anew = view.agents.save({ ...state, ifVersion, state: 'Zoë called' })
      await expect(anew).rejects.toMatchObject({ code: 'SKEIN_VERSION_CONFLICT', current: undefined })
      expect(await view.agents.load()).toBeUndefined()
    })
  })

  it('needs the right where a record is somebody else’s, and does nothing without it', async () => {
    const [mine, theirs] = [as(ann), as(bob)]
    const turn = await mine.observations.log({ value: 'turn' })
    const summary = await theirs.observations.log({ value: 'summary', derivedFrom: [turn] })
    await expect(mine.forget(summary, because)).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    await expect(mine.forget(turn, { ...because, derived: 'forget' })).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    expect((await mine.observations.list()).items).toHaveLength(2)
    // A filter finds one's own.
    expect((await theirs.forget({ since: 0 }, because)).forgotten).toEqual({ observations: 1 })
    expect((await mine.observations.list()).items.map(({ value }) => value)).toEqual(['turn'])
  })

  it('leaves what is above the clearance, without a trace', async () => {
    const boss = as({ id: 'boss', role: 'boss', clearance: { level: 'confidential' } })
    await boss.observations.log({ value: 'secret', subject: 'p', sensitivity: 'confidential' })
    await as(ann).observations.log({ value: 'open', subject: 'p' })
    const low = as({ id: 'lou', role: 'privacy', rights: ['erase'] })
    expect((await low.forget({ subject: 'p' }, because)).forgotten).toEqual({ observations: 1 })
    expect((await boss.observations.list()).items.map(({ value }) => value)).toEqual(['secret'])
    expect((await as(olga).forget({ subject: 'p' }, because)).forgotten).toEqual({ observations: 1 })
  })

  it('keeps a content as long as an object has it, and tells nobody of one above the clearance', async () => {
    const boss = as({ id: 'boss', role: 'boss', clearance: { level: 'internal' } })
    const open = await as(ann).objects.put('the same words')
    const secret = await boss.objects.put('the same words', { sensitivity: 'internal' })
    expect(await as(ann).forget(open, because)).toMatchObject({ forgotten: { objects: 1 }, contents: 1 })
    const [told] = (await as(ann).records.list({ collection: 'erasures' })).items
    expect(told?.value).toMatchObject({ contents: 1 })
    expect(await boss.objects.get(secret)).toBe('the same words')
    await as(ann).objects.put('the same words')
    expect(await boss.forget(secret, because)).toMatchObject({ contents: 0 })
    await boss.objects.put('the same words', { sensitivity: 'internal' })
    await as(ann).forget(open, because)
    expect(await boss.forget(secret, because)).toMatchObject({ contents: 1 })
    const again = await as(ann).objects.put('the same words')
    expect(await as(ann).objects.get(again)).toBe('the same words')
  })

  it('loses no object that is put at the same time', async () => {
    const view = as(ann)
    const texts = Array.from({ length: 8 }, (_, n) => `text ${n}`)
    for (let round = 0; round < 4; round += 1) {
      const refs = await Promise.all(texts.map((text) => view.objects.put(text)))
      const [put] = await Promise.all([
        Promise.all(texts.map((text) => view.objects.put(text, { tags: [`${round}`] }))),
        ...refs.map((ref) => view.forget(ref, because)),
      ])
      for (const [index, ref] of put.entries()) {
        // It is gone as a whole, or there as a whole.
        const record = await view.records.get('objects', ref.id)
        if (record) expect(await view.objects.get(ref)).toBe(texts[index])
      }
    }
    expect(await Array.fromAsync(as({ ...olga, rights: ['administer'] }).verify())).toEqual([])
  })

  it('leaves a record of who forgot how much and why, and an audit of each', async () => {
    const { id } = await as(ann).observations.log({ value: 'turn', sensitivity: 'public' })
    const report = await as(olga).forget(`observations/${id}`, because)
    const told = await as(ann).records.get('erasures', report.id ?? '')
    expect(told).toMatchObject({
      author: 'olga',
      value: { state: 'done', reason: because.reason, derived: 'report', forgotten: { observations: 1 } },
    })
    await fresh.memory.as(olga).audit.entries({})[Symbol.asyncIterator]().next()
    const entries = await Array.fromAsync(as(olga).audit.entries({ action: 'erase' }))
    expect(entries).toMatchObject([{ agent: 'olga', collection: 'observations', id, reason: because.reason }])
    // So does each past version of a fact that stays.
    for (const subject of ['p', 'p', 'q']) await as(ann).facts.set('step', subject, { subject })
    expect((await as(olga).forget({ subject: 'p' }, because)).forgotten).toEqual({ facts: 1 })
    const noted = await Array.fromAsync(as(olga).audit.entries({ action: 'erase', collection: 'facts' }))
    expect(noted.map((entry) => [entry.id, entry.count])).toEqual([
      ['step', 1],
      ['step', 1],
    ])
  })

  it('can be tried before: the report says what would go, and all of it stays', async () => {
    const turn = await as(ann).observations.log({ value: 'turn', subject: 'p' })
    await as(bob).facts.set('digest', 'of it', { derivedFrom: [turn] })
    const told = await as(olga).forget({ subject: 'p' }, { ...because, dryRun: true })
    expect(told).toEqual({ id: undefined, forgotten: { observations: 1, facts: 1 }, contents: 0, left: [] })
    expect((await as(ann).observations.list()).items).toHaveLength(1)
    expect((await as(ann).records.list({ collection: 'erasures' })).items).toEqual([])
    // Who may not forget it is not told what would go either.
    await expect(as(ann).forget('facts/digest', { ...because, dryRun: true })).rejects.toMatchObject({
      code: 'SKEIN_ACCESS',
    })
  })

  it('goes past what fits into one step', async () => {
    const view = as(ann)
    await Promise.all(Array.from({ length: 1_100 }, (_, n) => view.facts.set(`many/${n}`, n, { subject: 'crowd' })))
    expect((await view.forget({ subject: 'crowd' }, because)).forgotten).toEqual({ facts: 1_100 })
    expect((await view.facts.list({ prefix: 'many/' })).items).toEqual([])
  })

  it('refuses what makes no sense', async () => {
    const view = as(ann)
    const refused = async (what: unknown, how: unknown = because): Promise<unknown> =>
      view.forget(what as never, how as never).catch((error: { option?: unknown }) => error.option)
    expect(await refused({})).toBe('what')
    expect(await refused({ subjct: 'x' })).toBe('subjct')
    expect(await refused({ subject: '' })).toBe('subject')
    expect(await refused({ collection: 'audit' })).toBe('collection')
    expect(await refused(undefined)).toBe('what')
    expect(await refused(['facts/a', 7])).toBe('what')
    expect(await refused('facts/a', {})).toBe('reason')
    expect(await refused('facts/a', { reason: 'x', derived: 'burn' })).toBe('derived')
  })
}

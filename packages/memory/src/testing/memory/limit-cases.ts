import { describe, expect, it } from 'vitest'

import { limits } from '../../values/limits.ts'
import type { View } from '../../view.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann } from './principals.ts'

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `n${index}`)
const refOf = (id: string): { readonly id: string } => ({ id })
const claim = { task: 't', fence: 1 }

/** Calls beyond a limit: the option that the refusal names, and the call. */
const beyond: Readonly<Record<string, readonly [option: string, attempt: (view: View) => unknown]>> = {
  'an alert to 70,000 addressees': ['to', ({ alerts }) => alerts.send({ to: names(70_000), insight: 1 })],
  '1,001 tags of a fact': ['tags', ({ facts }) => facts.set('k', 1, { tags: names(1_001) })],
  '1,001 tags of an observation': ['tags', ({ observations }) => observations.log({ value: 1, tags: names(1_001) })],
  '1,001 compartments': ['compartments', ({ facts }) => facts.set('k', 1, { compartments: names(1_001) })],
  '10,001 sources': ['derivedFrom', ({ facts }) => facts.set('k', 1, { derivedFrom: names(10_001).map(refOf) })],
  'sources that are no refs': ['derivedFrom', ({ facts }) => facts.set('k', 1, { derivedFrom: [7] as never })],
  'mail of 100,000 messages': [
    'batch',
    ({ agents }) => {
      const outgoing = names(100_000).map((to) => ({ to, message: 1 }))
      return agents.save({ definition: 'd', status: 'active', state: 1, claim, outgoing })
    },
  ],
  'a version that is no integer': ['ifVersion', ({ facts }) => facts.set('k', 1, { ifVersion: Number.NaN })],
  'a version below 0 of a delete': ['ifVersion', ({ facts }) => facts.delete('k', { ifVersion: -1 })],
  '1,500 tags of a list': ['tags', ({ observations }) => observations.list({ tags: names(1_500) })],
  '1,500 tags of a search': ['tags', ({ observations }) => observations.search('x', { tags: names(1_500) })],
  '1,500 tags of a list of records': [
    'tags',
    ({ records }) => records.list({ collection: 'facts', tags: names(1_500) }),
  ],
  'a position that is none': ['after', ({ feed }) => feed.read({ after: Number.NaN })],
  'a position to watch from that is none': ['after', (view) => view.watch('', { after: 0.5 }).next()],
  'a position in the mail that is none': ['after', ({ agents }) => agents.mail({ after: -1 })],
  'a number of the mail': ['limit', ({ agents }) => agents.mail({ limit: 0 })],
}

/** Every list and search, by what it lists. */
const lists: Readonly<Record<string, (view: View, options: object) => unknown>> = {
  observations: ({ observations }, options) => observations.list(options),
  decisions: ({ decisions }, options) => decisions.list(options),
  'found observations': ({ observations }, options) => observations.search('x', options),
  records: ({ records }, options) => records.list({ collection: 'facts', ...options }),
  'found records': ({ records }, options) => records.search('x', { collection: 'observations', ...options }),
}
const timed: typeof lists = {
  ...lists,
  audit: (view, options) => view.audit.entries(options).next(),
}
const limited: typeof lists = {
  ...lists,
  escalations: ({ escalations }, options) => escalations.list(options),
  learnings: ({ learnings }, options) => learnings.relevant({ a: 1 }, options),
  feed: ({ feed }, options) => feed.read({ after: 0, ...options }),
}

/** Limits: what is beyond one is refused on every store, before anything is written; what is within is kept. */
export function limitCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)
  const auditor = { ...ann, rights: ['audit'] } as const
  const refusal = async (attempt: () => unknown): Promise<unknown> => {
    try {
      return [await attempt()]
    } catch (error) {
      const { code, option } = error as { readonly code?: string; readonly option?: string }
      return code === 'SKEIN_OPTION' ? option : error
    }
  }

  it.each(Object.entries(beyond))('refuse %s', async (_, [option, attempt]) => {
    const view = fresh.memory.as(ann)
    expect(await refusal(() => attempt(view))).toBe(option)
    expect(await view.feed.last()).toBe(0)
  })

  describe.each(['since', 'until'])('refuse as %s', (option) => {
    it.each([Number.NaN, Infinity, 1.5, 2 ** 53, '5', null, 5n, new Date()])('%s', async (value) => {
      const view = fresh.memory.as(auditor)
      for (const [name, list] of Object.entries(timed)) {
        expect([name, await refusal(() => list(view, { [option]: value }))]).toEqual([name, option])
      }
    })
  })

  it.each([0, -1, 1.5, 1_001, 1e9, Number.NaN, Infinity, '5', null])('refuse a page of %s', async (limit) => {
    const view = fresh.memory.as(ann)
    for (const [name, list] of Object.entries(limited)) {
      expect([name, await refusal(() => list(view, { limit }))]).toEqual([name, 'limit'])
    }
  })

  it.each(['', 'x', '1.5', '-1', '9'.repeat(16), '9'.repeat(400), 1, null])('refuse the cursor %j', async (cursor) => {
    const view = fresh.memory.as(ann)
    expect(await refusal(() => view.observations.list({ cursor: cursor as never }))).toBe('cursor')
    expect(await refusal(() => view.records.list({ collection: 'facts', cursor: cursor as never }))).toBe('cursor')
  })

  it('accept the cursor of another list as the position that it is', async () => {
    const { observations, decisions } = fresh.memory.as(ann)
    for (const value of [1, 2, 3]) {
      await observations.log({ value })
      await decisions.record({ task: 't', decision: value, reasoning: '' })
    }
    const { cursor = '' } = await observations.list({ limit: 2 })
    const { items } = await decisions.list({ cursor })
    expect(items).toMatchObject([{ value: { decision: 1 } }])
  })

  it('accept a time before everything and one after', async () => {
    const { observations } = fresh.memory.as(ann)
    await observations.log({ value: 'goose' })
    const all = { since: -limits.timeMs, until: limits.timeMs }
    expect((await observations.list(all)).items).toHaveLength(1)
    expect(await observations.search('goose', all)).toHaveLength(1)
    expect((await observations.list({ until: -limits.timeMs })).items).toHaveLength(0)
  })

  it('accept 1,000 tags, and find by all of them', async () => {
    const { observations } = fresh.memory.as(ann)
    const tags = names(limits.tags)
    await observations.log({ value: 'goose', tags })
    await observations.log({ value: 'goose', tags: tags.slice(1) })
    expect((await observations.list({ tags })).items).toMatchObject([{ tags }])
    expect(await observations.search('goose', { tags })).toHaveLength(1)
  })

  it('accept 10,000 addressees, who all get the alert', async () => {
    const { alerts } = fresh.memory.as(ann)
    await alerts.send({ to: names(limits.batch), insight: 'fire' })
    for (const id of ['n0', 'n5000', 'n9999']) {
      expect(await fresh.memory.as({ id, role: 'r' }).alerts.pending()).toMatchObject([{ insight: 'fire' }])
    }
  })

  it.each(['ö', '龍', 'ह', '🪿'])('accept names of 1,000 units of %s', async (letter) => {
    const name = letter.repeat(limits.nameLength / letter.length)
    const view = fresh.memory.as({ id: name, role: name })
    await view.facts.set(name, 1, { task: name, tags: [name] })
    await view.observations.log({ value: 'goose', task: name, tags: [name] })
    await using other = await fresh.another()
    const reader = other.as({ id: name, role: name })
    expect(await reader.facts.read(name)).toMatchObject({ key: name, value: 1, task: name, author: name })
    expect((await reader.observations.list({ task: name, tags: [name], author: name })).items).toHaveLength(1)
    expect(await reader.observations.search('goose', { task: name })).toHaveLength(1)
    expect((await reader.claims.claim(name))?.task).toBe(name)
  })

  it('accept long names where the id of a record holds several of them', async () => {
    const long = ['龍', '🪿', 'x'].map((letter) => letter.repeat(limits.nameLength / letter.length))
    const [key = ''] = long
    const clearance = { level: 'confidential', compartments: long } as const
    const { records, objects, facts } = fresh.memory.as({ ...ann, clearance })
    const ref = await objects.put('text', { compartments: long })
    expect(await objects.get(ref)).toBe('text')
    await facts.set('k', 1, { derivedFrom: [ref] })
    const derived = await records.list({ collection: 'facts', derivedFrom: ref.id })
    expect(derived.items).toMatchObject([{ id: 'k', derivedFrom: [ref.id] }])
    expect(await records.get('objects', ref.id)).toMatchObject({ id: ref.id })
    expect(
      await objects.lineage(await objects.put('more', { derivedFrom: [ref] }), { direction: 'sources' }),
    ).toMatchObject([{ ref }])
    await fresh.memory.as({ ...ann, clearance }).once(key, () => 1)
    const [work] = (await records.list({ collection: 'work' })).items
    expect(await records.get('work', work?.id ?? '')).toMatchObject({ id: work?.id })
  })

  it('search for the first 64 different words of any text', async () => {
    const { observations } = fresh.memory.as(ann)
    await observations.log({ value: 'goose' })
    const words = names(100_000).join(' ')
    expect(await observations.search(`goose ${words}`)).toHaveLength(1)
    expect(await observations.search(`${words} goose`)).toHaveLength(0)
    expect(await observations.search('goose '.repeat(1_000_000))).toHaveLength(1)
  })
}

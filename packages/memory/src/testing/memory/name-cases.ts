import { expect, it } from 'vitest'

import type { LearningContext } from '../../kinds/learnings.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { oddNames } from '../values/odd-values.ts'
import { ann } from './principals.ts'

/** Names of records, tags, tasks and agents: any well-formed string is kept apart from every other. */
export function nameCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)

  it('are kept separate, whatever they are', async () => {
    const { memory } = fresh
    const view = memory.as(ann)
    const { facts, observations, claims, learnings, escalations, alerts } = view
    for (const name of oddNames) {
      await facts.set(name, { name }, { tags: [name], task: name })
      await observations.log({ value: name, tags: [name, 'all'], task: name })
      await claims.claim(name)
      await view.once(name, () => name)
      await learnings.log({ signal: 'pattern', context: { [name]: name } as LearningContext, details: name })
      await escalations.open({ task: name, reason: 'r', assignedTo: name })
      await alerts.send({ to: [name], insight: `agent ${name}` })
      await alerts.send({ to: [{ role: name }], insight: `role ${name}` })
    }
    await using other = await fresh.another()
    const reader = other.as(ann)
    for (const name of oddNames) {
      expect(await reader.facts.read(name)).toMatchObject({ key: name, value: { name }, tags: [name], task: name })
      expect((await reader.observations.list({ task: name, tags: [name] })).items).toMatchObject([{ value: name }])
      expect(await reader.claims.holder(name)).toMatchObject({ task: name })
      expect(await reader.once(name, () => 'made anew')).toMatchObject({ value: name, reused: true })
      expect(await reader.escalations.list({ task: name, assignedTo: name })).toMatchObject([{ task: name }])
      const [byId, byRole] = [other.as({ id: name, role: 'none' }), other.as({ id: 'none', role: name })]
      expect(await byId.alerts.pending()).toMatchObject([{ insight: `agent ${name}` }])
      expect(await byRole.alerts.pending()).toMatchObject([{ insight: `role ${name}` }])
      const context = Object.fromEntries([[name, name]])
      const { pattern } = await other.as({ id: 'bob', role: 'r' }).learnings.relevant(context)
      expect(pattern.map(({ item }) => item.value.details)).toEqual([name])
    }
    expect((await reader.observations.list({ tags: ['all'], limit: 1_000 })).items).toHaveLength(oddNames.length)
    const ledger = await memory.ledger()
    expect(Object.keys(ledger).toSorted()).toEqual(oddNames.toSorted())
  })

  it.each([
    ['0', ''],
    ['1,001', 'k'.repeat(1_001)],
  ])('of %s letters are refused', async (_, name) => {
    const view = fresh.memory.as(ann)
    for (const attempt of [
      () => view.facts.set(name, 1),
      () => view.facts.set('k', 1, { tags: [name] }),
      () => view.facts.set('k', 1, { task: name }),
      () => view.claims.claim(name),
      () => view.once(name, () => 1),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'SKEIN_OPTION' })
    const { entries } = await view.feed.read({ after: 0 })
    expect(entries).toEqual([])
  })
}

import { budgetScope, extractiveModel, readBudget, shareModel } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { expect, it } from 'vitest'

it('readBudget reads what everyone with the same id has used up, and changes nothing', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const [ann, bob] = ['ann', 'bob'].map((id) => memory.as({ id, role: 'reader' })) as [
    ReturnType<typeof memory.as>,
    ReturnType<typeof memory.as>,
  ]
  const budget = budgetScope({ id: 'nightly', calls: 10 })
  expect(await readBudget(ann, budget)).toEqual({ tokens: 0, usd: 0, calls: 0, wallMs: 0 })

  const usages = []
  for (const [index, view] of [ann, bob].entries()) {
    const model = shareModel(extractiveModel(), view, { budgets: [budget] })
    const passages = [{ id: 'a', text: `Energy is saved in home number ${index}.` }]
    usages.push((await model.cite({ messages: [], passages, maxSentences: 1 })).usage)
  }
  const tokens = usages.reduce((sum, { inputTokens, outputTokens }) => sum + inputTokens + outputTokens, 0)
  const spent = await readBudget(bob, { id: 'nightly' })
  expect(spent).toMatchObject({ tokens, usd: 0, calls: 2 })
  expect(spent.wallMs).toBeGreaterThanOrEqual(0)
  expect(await readBudget(ann, { id: 'another' })).toMatchObject({ calls: 0 })
})

it('a budget that applies to a call twice counts it once, and its smallest limits hold', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'reader' })
  const budgets = [
    budgetScope({ id: 'team', calls: 5, wallMs: 60_000 }),
    budgetScope({ id: 'other', calls: 9 }),
    budgetScope({ id: 'team', calls: 2, tokens: 100_000 }),
  ]
  const own = { ...extractiveModel(), settings: { budget: budgetScope({ id: 'team', calls: 4 }) } }
  const cite = (index: number, model = shareModel(own, ann, { budgets })) =>
    model.cite({ messages: [], passages: [{ id: 'a', text: `Energy is saved in home ${index}.` }], maxSentences: 1 })
  // On a worker, the model has no budget of its own.
  await cite(1, shareModel(extractiveModel(), ann, { budgets }))
  expect(await readBudget(ann, { id: 'team' })).toMatchObject({ calls: 1 })
  await cite(2)
  expect(await readBudget(ann, { id: 'team' })).toMatchObject({ calls: 2 })
  await expect(cite(3)).rejects.toMatchObject({ code: 'SKEIN_BUDGET', budget: 'team', measure: 'calls', limit: 2 })
  expect(await readBudget(ann, { id: 'other' })).toMatchObject({ calls: 2 })
})

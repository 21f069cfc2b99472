import { ReadScope } from '@skein/memory/runtime'
import { expect, it } from 'vitest'

import { groupParts, noteBatches } from '../src/report/group-parts.ts'
import { inBatches } from '../src/report/in-batches.ts'

const [one, two, three] = ['one', 'two', 'three'].map((name) => ({ name })) as [Named, Named, Named]

it('works once for each batch, and gives each input its own result', async () => {
  const worked: (readonly Named[])[] = []
  const step = inBatches([[one, two], [three]], async (batch) => {
    worked.push(batch)
    return batch.map(({ name }) => name.toUpperCase())
  })
  const results = await Promise.all([one, two, three].map((input) => step(input, { scope: new ReadScope() })))
  expect(results).toEqual(['ONE', 'TWO', 'THREE'])
  expect(worked).toEqual([[one, two], [three]])
})

it('marks each result of a batch with the label of all that the batch has read', async () => {
  const step = inBatches([[one, two]], async (batch, { scope }) => {
    scope.noteLabel({ sensitivity: 'confidential', compartments: ['hr'] })
    return batch
  })
  const scopes = [new ReadScope(), new ReadScope()] as const
  await Promise.all([step(one, { scope: scopes[0] }), step(two, { scope: scopes[1] })])
  for (const { label } of scopes) expect(label).toEqual({ sensitivity: 'confidential', compartments: ['hr'] })
})

it('fails each input of a batch that fails, and of no other', async () => {
  const step = inBatches([[one, two], [three]], async (batch) => {
    if (batch.includes(one)) throw new Error('torn')
    return batch
  })
  const results = await Promise.allSettled([one, two, three].map((input) => step(input, { scope: new ReadScope() })))
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
})

it('gathers neighbors of one file, so that another file leaves its batches as they are', () => {
  const parts = (source: string, count: number): Placed[] =>
    Array.from({ length: count }, (_, at) => ({ source, start: at * 5_000, end: at * 5_000 + 5_000 }))
  const batchesOf = (some: readonly Placed[]): number[] => noteBatches(groupParts(some)).map(({ length }) => length)
  expect(batchesOf(parts('a', 9))).toEqual([4, 4, 1])
  expect(batchesOf([...parts('b', 2), ...parts('a', 9)])).toEqual([2, 4, 4, 1])
  expect(batchesOf([{ source: 'a', start: 0, end: 50_000 }, ...parts('a', 1)])).toEqual([1, 1])
})

interface Named {
  readonly name: string
}

interface Placed {
  readonly source: string
  readonly start: number
  readonly end: number
}

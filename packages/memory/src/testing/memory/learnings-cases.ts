import { expect, it } from 'vitest'

import type { StoreContractOptions } from '../store-contract-options.ts'
import { freshMemory } from './fresh-memory.ts'
import { ann, bob } from './principals.ts'

/** Learnings from similar contexts. */
export function learningsCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)

  it('are found by others in similar contexts, best match first, each kind apart', async () => {
    const { learnings } = fresh.memory.as(ann)
    const log = (signal: 'success' | 'failure', context: Record<string, string | number>, details: string) =>
      learnings.log({ signal, context, details })
    await log('success', { industry: 'retail', size: 10 }, 'both')
    await log('success', { industry: 'retail', size: 99 }, 'older')
    await log('success', { industry: 'retail' }, 'newer')
    await log('success', { industry: 'mining' }, 'none')
    await log('failure', { industry: 'retail' }, 'failed')
    await fresh.memory.as(bob).learnings.log({ signal: 'success', context: { industry: 'retail' }, details: 'his own' })
    const { success, failure, pattern } = await fresh.memory
      .as(bob)
      .learnings.relevant({ industry: 'retail', size: 10 })
    expect(success.map(({ item, matches }) => [item.value.details, matches])).toEqual([
      ['both', 2],
      ['newer', 1],
      ['older', 1],
    ])
    expect(failure.map(({ item }) => item.value.details)).toEqual(['failed'])
    expect(pattern).toEqual([])
  })

  it.each([
    [{ signal: 'luck', context: {}, details: 1 }, 'signal'],
    [{ signal: 'success', context: { deep: {} }, details: 1 }, 'context'],
  ])('refuse %j by name', async (input, option) => {
    await expect(fresh.memory.as(ann).learnings.log(input as never)).rejects.toMatchObject({
      code: 'SKEIN_OPTION',
      option,
    })
  })
}

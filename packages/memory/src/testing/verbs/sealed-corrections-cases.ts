import { randomBytes } from 'node:crypto'

import { expect, it } from 'vitest'

import { openMemory } from '../../open-memory.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'

/** What happens to sealed records that hold no more, on any store. */
export function sealedCorrectionsCases(options: StoreContractOptions): void {
  it('a sealed record opens after it was retracted, also with a new key, and so does what says why', async () => {
    const [k1, k2] = [randomBytes(32), randomBytes(32)]
    const high = { id: 'high', role: 'r', clearance: { level: 'confidential' } } as const
    const secret = { sensitivity: 'confidential' } as const
    const store = await options.create()
    const before = await openMemory({ store, encryption: { keys: { k1 }, current: 'k1' } })
    const view = before.as(high)
    const { id } = await view.observations.log({ value: 'the red fox', ...secret })
    const ref = await view.objects.put('a red fox', secret)
    await view.observations.retract(id, 'it was a cat')
    await view.objects.retract(ref, 'it was a cat')
    await before.close()

    await using memory = await openMemory({ store, encryption: { keys: { k1, k2 }, current: 'k2' } })
    await memory.reseal()
    const again = memory.as(high)
    expect(await again.observations.get(id, { include: 'all' })).toMatchObject({
      value: 'the red fox',
      correction: { reason: 'it was a cat' },
    })
    expect(await again.objects.get(ref, { include: 'all' })).toBe('a red fox')
    await using stored = await store.open('default', 'writer')
    const [record, correction] = await stored.read([
      { collection: 'observations', id },
      { collection: 'corrections', id: `observations/${id}` },
    ])
    expect([record?.value, correction?.value]).toEqual([expect.stringMatching(/^~k2/), expect.stringMatching(/^~k2/)])
  })
}

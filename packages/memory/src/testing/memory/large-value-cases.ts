import { expect, it } from 'vitest'

import { freshMemory } from './fresh-memory.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { ann } from './principals.ts'

/** Values of 50 MB. */
export function largeValueCases(options: StoreContractOptions): void {
  const fresh = freshMemory(options)
  const text = 'The "goose" flew – naïve 🪿\n'.repeat(1_600_000)

  it('are kept exactly as a fact', async () => {
    expect(Buffer.byteLength(text)).toBeGreaterThan(50_000_000)
    await fresh.memory.as(ann).facts.set('k', { text })
    await using other = await fresh.another()
    for (const reader of [fresh.memory.as(ann), other.as(ann)]) {
      const back = await reader.facts.get<{ text: string }>('k')
      // Not toBe: nobody wants to read the difference.
      expect(back?.text === text).toBe(true)
    }
  })

  it('are kept exactly as an object: as a text, as data and as bytes', async () => {
    const { objects } = fresh.memory.as(ann)
    const bytes = Buffer.from(text)
    const refs = [await objects.put(text), await objects.put({ text }), await objects.put(bytes)] as const
    await using other = await fresh.another()
    const reader = other.as(ann).objects
    expect((await reader.get(refs[0])) === text).toBe(true)
    expect((await reader.get(refs[1])).text === text).toBe(true)
    expect(bytes.equals(await reader.bytes(refs[2]))).toBe(true)
  })

  it('would be an observation too; 5 MB are kept exactly and found', async () => {
    const { observations } = fresh.memory.as(ann)
    const value = `${text.slice(0, 5_000_000)} swan`
    await observations.log({ value })
    const [hit] = await observations.search<string>('swan')
    expect(hit?.item.value === value).toBe(true)
  })
}

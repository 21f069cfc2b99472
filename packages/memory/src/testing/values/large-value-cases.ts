import { expect, it } from 'vitest'

import { freshMemory } from '../memory/fresh-memory.ts'
import { limits } from '../../values/limits.ts'
import type { StoreContractOptions } from '../store-contract-options.ts'
import { ann } from '../memory/principals.ts'

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
      // Not toBe: the difference would be too long to print.
      expect(back?.text === text).toBe(true)
    }
  })

  it('are kept exactly as an object: text, data and bytes', async () => {
    const { objects } = fresh.memory.as(ann)
    const bytes = Buffer.from(text)
    const refs = [await objects.put(text), await objects.put({ text }), await objects.put(bytes)] as const
    await using other = await fresh.another()
    const reader = other.as(ann).objects
    expect((await reader.get(refs[0])) === text).toBe(true)
    expect((await reader.get(refs[1])).text === text).toBe(true)
    expect(bytes.equals(await reader.bytes(refs[2]))).toBe(true)
  })

  it('of 64 MiB as JSON are kept, and no more', async () => {
    const { facts, observations, feed } = fresh.memory.as(ann)
    // The quotes count.
    const most = 'x'.repeat(limits.valueBytes - 2)
    await facts.set('k', most)
    const last = await feed.last()
    for (const attempt of [
      () => facts.set('k', `${most}x`),
      // The same length, but three bytes for a letter.
      () => facts.set('k', '龍'.repeat(limits.valueBytes / 3)),
      () => observations.log({ value: `${most}x` }),
    ])
      await expect(attempt()).rejects.toMatchObject({ code: 'SKEIN_VALUE', path: '$' })
    expect(await feed.last()).toBe(last)
    await using other = await fresh.another()
    expect((await other.as(ann).facts.get('k')) === most).toBe(true)
  })

  it('of 256 MiB in one batch are refused', async () => {
    const { alerts, feed } = fresh.memory.as(ann)
    const insight = 'x'.repeat(30_000_000)
    const to = Array.from({ length: 9 }, (_, index) => `n${index}`)
    await expect(alerts.send({ to, insight })).rejects.toMatchObject({ code: 'SKEIN_VALUE' })
    expect(await feed.last()).toBe(0)
  })

  it('of 256 MiB are kept exactly as an object', async () => {
    const bytes = Buffer.alloc(limits.objectBytes, 'goose')
    const ref = await fresh.memory.as(ann).objects.put(bytes)
    await using other = await fresh.another()
    expect(bytes.equals(await other.as(ann).objects.bytes(ref))).toBe(true)
  })

  it('of more than 256 MiB are refused as an object', async () => {
    const { objects, feed } = fresh.memory.as(ann)
    const bytes = new Uint8Array(limits.objectBytes + 1)
    await expect(objects.put(bytes)).rejects.toMatchObject({ code: 'SKEIN_VALUE', path: '$' })
    await expect(objects.put('龍'.repeat(limits.objectBytes / 3 + 1))).rejects.toMatchObject({ code: 'SKEIN_VALUE' })
    expect(await feed.last()).toBe(0)
  })

  it('of 5 MB are kept exactly as an observation, and found', async () => {
    const { observations } = fresh.memory.as(ann)
    const value = `${text.slice(0, 5_000_000)} swan`
    await observations.log({ value })
    const [hit] = await observations.search<string>('swan')
    expect(hit?.item.value === value).toBe(true)
  })
}

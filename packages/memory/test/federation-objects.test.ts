import { describe, expect, it } from 'vitest'

import { openPair, settle } from './federation-nodes.ts'
import type { Node } from './federation-nodes.ts'

const important = { importance: 0.9 }

async function endOf(node: Node, id: string): Promise<number | undefined> {
  return (await node.records.get('objects', id))?.expiresAt
}

describe('Objects with a time to live', () => {
  it('end on every node, and last for the longest that any node has put them', async () => {
    const [a, b] = await openPair()
    const ref = await a.objects.put('a text', { ttlMs: 600_000, ...important })
    await settle(a, b)
    const [first, theirs] = [await endOf(a, ref.id), await endOf(b, ref.id)]
    expect(Math.abs((first ?? 0) - (theirs ?? 0))).toBeLessThan(60_000)
    // More sources come, and the end stays.
    const source = await a.objects.put('its source', important)
    await a.objects.put('a text', { ttlMs: 1_000, derivedFrom: [source], ...important })
    await settle(a, b)
    expect(await b.objects.lineage(ref, { direction: 'sources' })).toHaveLength(1)
    expect(Math.abs((theirs ?? 0) - ((await endOf(b, ref.id)) ?? 0))).toBeLessThan(60_000)
    // Here it is for ever, and so it is there once they hear of it.
    await b.objects.put('a text', { derivedFrom: [await b.objects.put('another', important)], ...important })
    await settle(a, b)
    expect([await endOf(a, ref.id), await endOf(b, ref.id)]).toEqual([undefined, undefined])
  })

  it('are not taken once they have ended', async () => {
    const [a, b] = await openPair()
    const ref = await a.objects.put('a text', { ttlMs: 1, ...important })
    await expect.poll(() => a.objects.has(ref)).toBe(false)
    await settle(a, b)
    expect(await b.objects.has(ref)).toBe(false)
  })
})

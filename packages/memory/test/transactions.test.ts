import { mapStore, openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { afterEach, beforeEach, expect, it } from 'vitest'

let memory: Memory
beforeEach(async () => {
  memory = await openMemory({ store: mapStore() })
})
afterEach(() => memory.close())

it('smoke', async () => {
  const ann = memory.as({ id: 'ann', role: 'x' })
  await ann.facts.set('a', 100)
  const result = await ann.transaction(async (tx) => {
    const a = await tx.facts.get<number>('a')
    await tx.facts.set('b', (a ?? 0) + 1)
    await tx.observations.log({ value: 'hello there', tags: ['x'] })
    const list = await tx.observations.list({ tags: ['x'] })
    expect(list.items).toHaveLength(1)
    const facts = await tx.facts.list({ prefix: '' })
    expect(facts.items.map(({ key }) => key)).toEqual(['a', 'b'])
    const ref = await tx.objects.put('text')
    expect(await tx.objects.get(ref)).toBe('text')
    return (await tx.facts.read<number>('b'))?.value
  })
  expect(result).toBe(101)
  expect(await ann.facts.get('b')).toBe(101)
})

import { mapStore, openMemory } from '@skein/memory'
import { allFacts } from '@skein/memory/runtime'
import { expect, it } from 'vitest'

it('a walk over all facts under a prefix yields each once, in order, also while others write', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const ann = memory.as({ id: 'ann', role: 'sales' })
  const keys = Array.from({ length: 1_001 }, (_, n) => `price/${String(n).padStart(4, '0')}`)
  await Promise.all([...keys, 'price', 'price2'].map((key) => ann.facts.set(key, key)))
  const seen: string[] = []
  for await (const { key } of allFacts(ann.facts, { prefix: 'price/' })) {
    // Whatever changes behind the walk, it goes on where it was.
    if (seen.length === 0) {
      await ann.facts.set('price/0000', 'new')
      await ann.facts.delete('price/0001')
    }
    seen.push(key)
  }
  expect(seen).toEqual(keys)
})

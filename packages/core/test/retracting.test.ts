import type { Ref } from '@skein/memory'
import { expect, it } from 'vitest'

import { openFlock } from './open-flock.ts'

const parts = Array.from({ length: 20 }, (_, index) => `part ${index}`)

it('computes a retracted part and what was merged from it again, and nothing else', async () => {
  const { flock, memory, events } = await openFlock()
  const { summarize, merge } = flock.activities<typeof import('./fixtures/retracting.ts')>(
    new URL('./fixtures/retracting.ts', import.meta.url),
  )
  const ann = memory.as({ id: 'ann', role: 'research' })
  const ids = new Map<string, string>()
  for (const part of parts) {
    await ann.observations.log({ task: part, value: 'sure' })
    ids.set(part, (await ann.observations.log({ task: part, value: 'doubtful' })).id)
  }
  const run = async (): Promise<{ text: string; computed: string[] }> => {
    const from = events.length
    const { result } = await flock.mapReduce<string, Ref<string>>({
      inputs: parts,
      map: summarize,
      reduce: (notes, options) => merge(notes, options),
      fanIn: 4,
      onRetract: 'recompute',
    })
    const done = events.slice(from).filter((event) => event.type === 'activity.done')
    const text = await ann.objects.get(result as Ref<string>)
    return { text, computed: done.map(({ activity }) => activity).toSorted() }
  }
  // Twenty notes, five of four, two of those, one.
  expect((await run()).computed).toHaveLength(20 + 5 + 1 + 1)
  expect((await run()).computed).toEqual([])

  await ann.observations.retract(ids.get('part 7') ?? '', 'Nobody had looked.')
  const again = await run()
  expect(again.computed).toEqual(['merge', 'merge', 'merge', 'summarize'])
  expect(again.text).toContain('part 7: sure\n')
  expect(again.text.match(/doubtful/g)).toHaveLength(19)

  // The fifth note of four has nothing to be merged with but the last merge.
  await ann.observations.retract(ids.get('part 19') ?? '', 'Nobody had looked.')
  expect((await run()).computed).toEqual(['merge', 'merge', 'summarize'])
  expect((await run()).computed).toEqual([])
})

it('keeps what does not ask for it', async () => {
  const { flock, memory } = await openFlock()
  const { summarize } = flock.activities<typeof import('./fixtures/retracting.ts')>(
    new URL('./fixtures/retracting.ts', import.meta.url),
  )
  const ann = memory.as({ id: 'ann', role: 'research' })
  const { id } = await ann.observations.log({ task: 'part', value: 'doubtful' })
  const note = await summarize('part')
  await ann.observations.retract(id, 'Nobody had looked.')
  expect(await summarize('part')).toEqual(note)
  // It is in doubt all the same.
  expect(await ann.corrections.doubts(note)).toEqual([`observations/${id}`])
  await expect(summarize('part', { onRetract: 'forget' as never })).rejects.toMatchObject({ option: 'onRetract' })
})

it('is done in a worker thread, too', async () => {
  const { flock, memory } = await openFlock()
  const { takeBack } = flock.activities<typeof import('./fixtures/retracting.ts')>(
    new URL('./fixtures/retracting.ts', import.meta.url),
  )
  expect(await takeBack('t')).toEqual([1, 2])
  const { items } = await memory.as({ id: 'ann', role: 'research' }).observations.list({ task: 't' })
  expect(items.map(({ value }) => value)).toEqual(['right'])
})

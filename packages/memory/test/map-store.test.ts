import { once } from 'node:events'

import { mapStore } from '@skein/memory'
import type { Mutation } from '@skein/memory/store'
import { describeStore } from '@skein/memory/testing'
import { expect, it } from 'vitest'

describeStore('mapStore', { create: () => mapStore(), parts: ['store', 'lifetime'] })

it('a listener that throws becomes a warning, and neither the write nor other listeners fail', async () => {
  await using store = await mapStore().open('space', 'writer')
  const failure = new Error('The listener failed.')
  const seen: number[] = []
  store.watch(() => {
    throw failure
  })
  store.watch(({ seq }) => seen.push(seq))
  const warned = once(process, 'warning')
  const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
  const batch = ['a', 'b'].map((id): Mutation => ({ type: 'set', key: { collection: 'facts', id }, value: '1', meta }))
  expect(await store.write(batch)).toMatchObject({ ok: true })
  expect(seen).toEqual([1, 2])
  expect(await warned).toEqual([failure])
})

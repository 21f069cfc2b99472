import { mapStore, openMemory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import { describeStore } from '@skein/memory/testing'
import { expect, it, onTestFinished, vi } from 'vitest'

import { forward } from '../src/store/forward.ts'
import { ReadSet } from '../src/transactions/read-set.ts'
import { WriteBuffer } from '../src/transactions/write-buffer.ts'
import { audienceOf } from '../src/values/access.ts'

describeStore('mapStore', { create: () => mapStore(), parts: ['transactions'] })

it('a transaction gives up after a hundred conflicts, with an error that says so', async () => {
  await using memory = await openMemory({ store: mapStore() })
  const [ann, bob] = ['ann', 'bob'].map((id) => memory.as({ id, role: 'test' }))
  let attempts = 0
  const hopeless = ann?.transaction(async ({ facts }) => {
    attempts += 1
    await facts.get('a')
    await bob?.facts.set('a', attempts)
    await facts.set('own', 1)
  })
  await expect(hopeless).rejects.toMatchObject({ code: 'SKEIN_TRANSACTION', reason: 'conflict' })
  expect(attempts).toBe(100)
  expect(await ann?.facts.get('own')).toBeUndefined()
})

it('what a transaction reads is written to the audit later, together with what others read', async () => {
  // The audit is written by a timer.
  vi.useFakeTimers({ toFake: ['setTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  const inner = mapStore()
  let writes = 0
  const counting: StoreDriver = {
    ...inner,
    open: async (space, role) => {
      const store = await inner.open(space, role)
      return {
        ...forward(store),
        write: (batch) => {
          writes += batch.some(({ type }) => type === 'set') ? 1 : 0
          return store.write(batch)
        },
      }
    },
  }
  await using memory = await openMemory({ store: counting })
  const ann = memory.as({ id: 'ann', role: 'test' })
  const before = writes
  for (let count = 0; count < 5; count += 1) {
    await ann.transaction(async ({ facts }) => {
      await facts.get('a')
      await facts.set('b', count)
    })
  }
  expect(writes - before).toBe(5)
})

it('what a transaction writes again and again counts only once against the limit of bytes', () => {
  const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
  const value = 'x'.repeat(100_000_000)
  const write = (ids: readonly string[]): void => {
    const buffer = new WriteBuffer(new ReadSet(audienceOf({ id: 'ann', role: 'test' })))
    for (const id of ids) {
      const mutation = { type: 'set', key: { collection: 'facts', id }, value, meta } as const
      const verdict = buffer.decide(mutation, 0)
      if (verdict.type !== 'refuse') buffer.take(mutation, verdict)
    }
  }
  expect(() => write(['a', 'b', 'c'])).toThrow('It may write')
  expect(() => write(['a', 'a', 'a', 'b', 'b'])).not.toThrow()
})

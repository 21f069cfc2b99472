import { mapStore } from '@skein/memory'
import type { Mutation, Store } from '@skein/memory/store'
import { redisStore } from '@skein/redis'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'

import { missing, startServer } from './redis-server.ts'

const key = { collection: 'facts', id: 'k\0k' } as const
const levels = ['public', 'internal', 'confidential'] as const

/** A stretch of writes under one label, and what comes after it. */
const stretch = fc.record({
  level: fc.constantFrom(...levels),
  writes: fc.integer({ min: 1, max: 80 }),
  // The past of a key goes on through a deletion, and a write may keep nothing.
  end: fc.constantFrom('nothing', 'deleted', 'withdrawn', 'one unkept'),
})

/** While a record keeps its label, the script trims its past without reading it. */
describe.skipIf(missing)(`The past of a record${missing ? ` (${missing})` : ''}`, async () => {
  const server = missing ? undefined : await startServer('--appendonly', 'no')
  const url = server?.url ?? ''
  afterAll(() => server?.stop())
  let made = 0

  it('is trimmed as that of mapStore, however its labels follow each other', async () => {
    const program = fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(stretch, { minLength: 1, maxLength: 5 }),
      async (versions, stretches) => {
        await using model = await mapStore().open('s', 'writer')
        await using store = await redisStore({ url, prefix: `skein-${(made += 1)}:` }).open('s', 'writer')
        for (const { level, writes, end } of stretches) {
          const batches = [
            ...Array.from({ length: writes }, () => setOf(level, versions)),
            ...(end === 'nothing' ? [] : [endOf(end, level, versions)]),
          ]
          for (const each of [model, store]) await Promise.all(batches.map((mutation) => each.write([mutation])))
          expect(await pastOf(store)).toEqual(await pastOf(model))
        }
      },
    )
    await fc.assert(program, { numRuns: 60 })
  })
})

function setOf(level: (typeof levels)[number], versions: number | undefined): Mutation {
  const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: level, compartments: [] }
  return { type: 'set', key, value: '1', meta, ...(versions !== undefined && { keeps: { versions } }) }
}

function endOf(
  end: 'deleted' | 'withdrawn' | 'one unkept',
  level: (typeof levels)[number],
  versions: number,
): Mutation {
  if (end === 'deleted') return { type: 'delete', key, author: 'ann', isRecallable: true, keeps: { versions } }
  return end === 'withdrawn' ? { type: 'withdraw', key } : setOf(level, undefined)
}

async function pastOf(store: Store): Promise<unknown[]> {
  const [versions = []] = await store.past([key])
  return versions.map(({ record, deleted }) => [record.version, deleted, record.sensitivity, ...record.compartments])
}

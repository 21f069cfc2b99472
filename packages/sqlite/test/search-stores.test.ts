import { mapStore } from '@skein/memory'
import { indexTerms, matchesFilter, queryWords } from '@skein/memory/store'
import type { Mutation, SearchAnswer, SearchQuery, Store, StoredRecord } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import fc from 'fast-check'
import { expect, it, onTestFinished } from 'vitest'

import { temporaryPath } from './temporary.ts'

const words = ['duck', 'goose', 'heron', 'teal', 'swan', 'stork', 'ducks', 'Ente', '東京', 'of']
const levels = ['public', 'internal', 'confidential'] as const
const word = fc.constantFrom(...words)

/** Writes and searches at random, in a store whose blocks are small enough to be merged. */
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('set' as const),
        id: fc.integer({ min: 1, max: 400 }),
        text: fc.array(word, { minLength: 1, maxLength: 12 }).map((all) => all.join(' ')),
        level: fc.constantFrom(...levels),
        compartments: fc.constantFrom([], ['x'], ['x', 'y']),
        task: fc.constantFrom(undefined, 't1', 't2'),
        author: fc.constantFrom('ann', 'bob'),
        copies: fc.constantFrom(1, 1, 70, 700),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), id: fc.integer({ min: 1, max: 400 }) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('search' as const),
        text: fc.array(fc.oneof(word, fc.constantFrom('du*', 'hreon', '"duck goose"')), { minLength: 1, maxLength: 3 }),
        level: fc.constantFrom(...levels),
        compartments: fc.constantFrom([], ['x'], ['x', 'y']),
        task: fc.constantFrom(undefined, 't1'),
        author: fc.constantFrom(undefined, 'ann'),
        limit: fc.constantFrom(1, 5, 50),
      }),
    },
  ),
  { maxLength: 60, size: 'max' },
)

const shown = ({ records, scores }: SearchAnswer): unknown => records.map(({ id, seq }) => [id, scores.get(seq)])

/** What scoring all records one by one gives: those that pass, in a store of their own. */
async function bruteForce(store: Store, query: SearchQuery): Promise<unknown> {
  const { audience, collection, task } = query
  const all: StoredRecord[] = []
  for (let after: number | undefined = 0; after !== undefined;) {
    const page = await store.query({ collection, audience, task, order: 'oldest', limit: 1_000, after })
    all.push(...page.records)
    after = page.next
  }
  const alone = await mapStore().open('alone', 'writer')
  await alone.write(
    all.map((record) => ({ type: 'set', key: record, meta: record, value: record.value, terms: termsOf(record) })),
  )
  const everything = await alone.search({ words: query.words, collection, limit: 1_000_000 })
  const places = new Map(all.map((record) => [record.id, record]))
  return everything.records
    .filter(({ id }) => matchesFilter(places.get(id) as StoredRecord, query))
    .slice(0, query.limit)
    .map(({ id, seq }) => [id, everything.scores.get(seq)])
}

const termsOf = ({ value }: { readonly value: string }): string[] => indexTerms(JSON.parse(value) as string)

it('mapStore and sqliteStore find the same, in the same order, as scoring all that the asker may see', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (program) => {
      const stores = [
        await mapStore().open('s', 'writer'),
        await sqliteStore({ path: temporaryPath(), durability: 'relaxed' }).open('s', 'writer'),
      ] as const
      try {
        for (const step of program) {
          if (step.do === 'search') {
            const { level, compartments, task, author, limit } = step
            const audience = { level, compartments }
            const query: SearchQuery = {
              collection: 'observations',
              words: queryWords(step.text.join(' ')),
              audience,
              task,
              author,
              limit,
            }
            const [first, second] = await Promise.all(stores.map(async (store) => shown(await store.search(query))))
            expect(second).toEqual(first)
            expect(first).toEqual(await bruteForce(stores[0], query))
          } else for (const store of stores) await store.write(mutationsOf(step))
        }
      } finally {
        for (const store of stores) await store[Symbol.asyncDispose]()
      }
    }),
    { numRuns: 25 },
  )
}, 120_000)

type Step = typeof steps extends fc.Arbitrary<(infer One)[]> ? One : never

function mutationsOf(step: Exclude<Step, { do: 'search' }>): Mutation[] {
  const keyOf = (id: string) => ({ collection: 'observations', id }) as const
  if (step.do === 'delete') return [{ type: 'delete', key: keyOf(`${step.id}`), author: 'ann' }]
  const { id, text, level, compartments, task, author, copies } = step
  const meta = { author, task, tags: [], derivedFrom: [], sensitivity: level, compartments }
  const value = JSON.stringify(text)
  return Array.from({ length: copies }, (_, at) => ({
    type: 'set',
    key: keyOf(at === 0 ? `${id}` : `${id}-${at}`),
    value,
    meta,
    terms: indexTerms(text),
  }))
}

it('what has expired counts no more, although it was not swept yet', async () => {
  let now = 1_000
  const clock = (): number => now
  const path = temporaryPath()
  const inMemory = await mapStore({ now: clock }).open('s', 'writer')
  const onDisk = await sqliteStore(path).open('s', 'writer')
  onTestFinished(async () => {
    for (const store of [inMemory, onDisk]) await store[Symbol.asyncDispose]()
  })
  const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
  const set = (id: string, text: string, ttlMs?: number): Mutation => ({
    type: 'set',
    key: { collection: 'observations', id },
    value: JSON.stringify(text),
    meta,
    terms: indexTerms(text),
    ttlMs,
  })
  const batch = [
    ...Array.from({ length: 1_500 }, (_, n) => set(`e${n}`, 'duck', 1)),
    ...Array.from({ length: 30 }, (_, n) => set(`k${n}`, n % 3 === 0 ? 'duck' : 'goose')),
  ]
  for (const store of [inMemory, onDisk]) await store.write(batch)
  now += 10_000
  while ((await onDisk.read([{ collection: 'observations', id: 'e1499' }]))[0]);
  const query = { collection: 'observations', words: queryWords('duck goose'), limit: 100 } as const
  const [first, second] = [shown(await inMemory.search(query)), shown(await onDisk.search(query))]
  expect(first).toHaveLength(30)
  expect(second).toEqual(first)
})

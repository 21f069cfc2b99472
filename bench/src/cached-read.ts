import { mapStore, openMemory } from '@skein/memory'

import type { Asking, Question } from './question.ts'

const valueOf = (index: number): object => ({ name: `Company ${index}`, notes: 'x'.repeat(1_000) })

const farMemory =
  'A hit reads the entry and a word that all threads share, and counts the read for the audit. If these don’t fit the processor’s caches, each costs a cache miss; a bare Map has fewer misses.'

export const cachedReadFew = (asking: Asking): Promise<Question> => cachedRead('cached-read', 1_000, asking)
export const cachedReadMany = (asking: Asking): Promise<Question> => cachedRead('cached-read-many', 10_000, asking)

/**
 * What reading a fact costs when a true copy of it is at hand, against a plain `Map`.
 *
 * @param count - How many facts are read, in no order that a processor could guess.
 */
async function cachedRead(name: string, count: number, { quick }: Asking): Promise<Question> {
  const keys = Array.from({ length: count }, (_, index) => `prospect/${index}`)
  const memory = await openMemory({ store: mapStore() })
  const { facts } = memory.as({ id: 'reader', role: 'bench' })
  const unaudited = await openMemory({ store: mapStore(), auditKeepMs: 0 })
  const { facts: plain } = unaudited.as({ id: 'reader', role: 'bench' })
  const map = new Map<string, object>()
  for (const [index, key] of keys.entries()) {
    // Laid out in memory as ours are: parsed, each on its own.
    map.set(key, Object.freeze(JSON.parse(JSON.stringify(valueOf(index))) as object))
    await facts.set(key, valueOf(index))
    await plain.set(key, valueOf(index))
  }
  for (const key of keys) {
    await facts.get(key)
    await plain.get(key)
  }
  const asyncGet = async (key: string): Promise<object | undefined> => map.get(key)
  const expect = (who: string, value: unknown): void => {
    if ((value as { name?: string } | undefined)?.name !== 'Company 7')
      throw new Error(`${who} gives a wrong answer: ${JSON.stringify(value)}`)
  }
  // A read that never looks at the value is none: each contender looks at its name.
  const named = (value: object | undefined): number => (value as { name: string } | undefined)?.name.length ?? 0
  const key = (time: number): string => keys[(time * 7_919) % keys.length] as string

  return {
    name,
    unit: `read of one of ${count.toLocaleString('en')} facts of 1 KB with a valid cached copy`,
    times: quick ? 2_000 : 200_000,
    contenders: [
      {
        name: 'Map.get',
        check: () => expect('Map', map.get('prospect/7')),
        run: (times) => {
          let found = 0
          for (let time = 0; time < times; time += 1) found += named(map.get(key(time)) as object | undefined)
          return found
        },
      },
      ...[
        { name: 'peek', read: facts },
        { name: 'peek, not audited', read: plain },
      ].map(({ name: contender, read }) => ({
        name: contender,
        check: () => expect(contender, read.peek('prospect/7')),
        run: (times: number) => {
          let found = 0
          for (let time = 0; time < times; time += 1) found += named(read.peek(key(time)) as object | undefined)
          return found
        },
      })),
      {
        name: 'await async Map.get',
        check: async () => expect('async Map', await asyncGet('prospect/7')),
        run: async (times) => {
          let found = 0
          for (let time = 0; time < times; time += 1) found += named((await asyncGet(key(time))) as object | undefined)
          return found
        },
      },
      ...[
        { name: 'await get', read: facts },
        { name: 'await get, not audited', read: plain },
      ].map(({ name: contender, read }) => ({
        name: contender,
        check: async () => expect(contender, await read.get('prospect/7')),
        run: async (times: number) => {
          let found = 0
          for (let time = 0; time < times; time += 1) found += named((await read.get(key(time))) as object | undefined)
          return found
        },
      })),
    ],
    ratios: [
      {
        of: 'peek',
        to: 'Map.get',
        most: 2,
        limit: farMemory,
      },
      { of: 'await get', to: 'await async Map.get', most: 2, limit: farMemory },
      { of: 'peek', to: 'peek, not audited', most: 1.25 },
      { of: 'await get', to: 'await get, not audited', most: 1.25 },
    ],
    close: async () => {
      await memory.close()
      await unaudited.close()
    },
  }
}

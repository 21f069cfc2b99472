import { setImmediate } from 'node:timers/promises'

import { mapStore, openMemory } from '@skein/memory'
import type { Memory, Transaction } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { temporaryPath } from './temporary.ts'

/** One call within a transaction. */
type Step =
  | { readonly type: 'get' | 'delete' | 'list' | 'update'; readonly key: string }
  | { readonly type: 'set'; readonly key: string; readonly value: number }
  | { readonly type: 'log' | 'entries' | 'search'; readonly task: string }

const keys = ['a/1', 'a/2', 'b/1', 'b/2']
const key = fc.constantFrom(...keys)
const task = fc.constantFrom('s', 't')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constantFrom('get', 'get', 'delete', 'list', 'update'), key }),
  fc.record({ type: fc.constant('set'), key, value: fc.nat(9) }),
  fc.record({ type: fc.constantFrom('log', 'entries', 'search'), task }),
)
const transactions = fc.array(fc.array(step, { minLength: 1, maxLength: 6 }), { minLength: 2, maxLength: 10 })

/** What a serial memory holds. */
interface Model {
  readonly facts: Map<string, number>
  readonly entries: { readonly task: string; readonly value: string }[]
}

/** What a step shows, by the memory. */
async function run({ facts, observations }: Transaction, one: Step, name: string): Promise<unknown> {
  switch (one.type) {
    case 'get':
      return facts.get(one.key)
    case 'delete':
      return facts.delete(one.key)
    case 'update':
      return (await facts.update<number>(one.key, (value = 0) => value + 1)).value
    case 'set':
      return (await facts.set(one.key, one.value)).value
    case 'list': {
      const { items } = await facts.list({ prefix: one.key.slice(0, 2) })
      return items.map((fact) => [fact.key, fact.value])
    }
    case 'log':
      return (await observations.log({ value: `word ${name}`, task: one.task })).value
    case 'entries':
      return (await observations.list({ task: one.task, limit: 100 })).items
        .map(({ value }) => String(value))
        .toSorted()
    case 'search':
      try {
        const found = await observations.search('word', { task: one.task, limit: 100 })
        return found.map(({ item }) => String(item.value)).toSorted()
      } catch (error) {
        return (error as { readonly reason?: unknown }).reason
      }
  }
}

/** What a step shows, if one transaction comes after the other. */
function replay({ facts, entries }: Model, one: Step, name: string): unknown {
  const of = (about: string): string[] => entries.filter((entry) => entry.task === about).map(({ value }) => value)
  switch (one.type) {
    case 'get':
      return facts.get(one.key)
    case 'delete':
      return facts.delete(one.key)
    case 'update':
      facts.set(one.key, (facts.get(one.key) ?? 0) + 1)
      return facts.get(one.key)
    case 'set':
      facts.set(one.key, one.value)
      return one.value
    case 'list':
      return [...facts].filter(([id]) => id.startsWith(one.key.slice(0, 2))).toSorted(([a], [b]) => (a < b ? -1 : 1))
    case 'log':
      entries.push({ task: one.task, value: `word ${name}` })
      return `word ${name}`
    case 'entries':
      return of(one.task).toSorted()
    case 'search':
      return of(one.task).includes(`word ${name}`) ? 'order' : of(one.task).toSorted()
  }
}

describe.each([
  ['mapStore', () => mapStore(), 60],
  ['SQLite', () => sqliteStore(temporaryPath()), 12],
] as const)('Random transactions at once on %s', (_, storeOf, numRuns) => {
  it('show and leave what they would one after the other', async () => {
    const property = fc.asyncProperty(transactions, async (programs) => {
      const store = storeOf()
      const memories: Memory[] = [await openMemory({ store }), await openMemory({ store })]
      const shown: unknown[][] = []
      await Promise.all(
        programs.map(async (steps, index) => {
          const view = (memories[index % 2] as Memory).as({ id: `p${index}`, role: 'r' })
          shown[index] = await view.transaction(async (tx) => {
            const seen: unknown[] = []
            for (const one of steps) {
              seen.push(await run(tx, one, `${index}`))
              await setImmediate()
            }
            // Tells at which place it was committed.
            await tx.decisions.record({ task: 'order', decision: index, reasoning: 'the last' })
            return seen
          })
        }),
      )
      const view = (memories[0] as Memory).as({ id: 'me', role: 'r' })
      const { items } = await view.decisions.list<{ readonly decision: number }>({ task: 'order', limit: 100 })
      const model: Model = { facts: new Map(), entries: [] }
      const inOrder = items.toReversed().map(({ value }) => value.decision)
      expect(inOrder).toHaveLength(programs.length)
      for (const index of inOrder) {
        const expected = programs[index]?.map((one) => replay(model, one, `${index}`))
        expect(shown[index], `transaction ${index} of ${inOrder.join()}`).toEqual(expected)
      }
      expect(await view.facts.getMany(keys)).toEqual(keys.map((id) => model.facts.get(id)))
      for (const memory of memories) await memory.close()
    })
    await fc.assert(property, { numRuns })
  })
})

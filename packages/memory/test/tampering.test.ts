import { randomBytes } from 'node:crypto'

import { mapStore, openMemory } from '@skein/memory'
import type { Principal } from '@skein/memory'
import type { Row, StoredRecord } from '@skein/memory/store'
import { describeStore } from '@skein/memory/testing'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

let spaces = new Map<string, Map<string, Row>>()
const rowsOf = (space: string): Map<string, Row> => {
  const rows = spaces.get(space) ?? new Map<string, Row>()
  spaces.set(space, rows)
  return rows
}

describeStore('mapStore', {
  create: () => {
    spaces = new Map()
    return mapStore({ rows: rowsOf })
  },
  tamper: {
    put: (space, record) => void rowsOf(space).set(`${record.collection}\0${record.id}`, { record, deleted: false }),
  },
  parts: ['tampering'],
})

describe('whatever one thing is changed of a sealed row', () => {
  const secret = { sensitivity: 'confidential', compartments: ['a'] } as const
  const boss = { id: 'boss', role: 'r', clearance: { level: 'confidential', compartments: ['a', 'b'] } } as const
  const name = fc.string({ maxLength: 3 })
  const names = fc.uniqueArray(name, { maxLength: 3 })
  const number = fc.integer({ min: 0, max: 2 ** 45 })
  /** Any other content of one field. A record may end at another time, and then it is not there. */
  const field = fc.oneof(
    fc.record({ sensitivity: fc.constantFrom('public', 'internal', 'confidential') }),
    fc.record({ compartments: fc.subarray(['a', 'b']) }),
    fc.record({ author: name }),
    fc.record({ task: fc.option(name, { nil: undefined }) }),
    fc.record({ tags: names }),
    fc.record({ importance: fc.option(fc.constantFrom(0, 0.1, 1), { nil: undefined }) }),
    fc.record({ derivedFrom: names }),
    fc.record({ version: number }),
    fc.record({ seq: number }),
    fc.record({ createdAt: number }),
    fc.record({ updatedAt: number }),
    fc.record({ expiresAt: fc.option(number, { nil: undefined }) }),
  ) as fc.Arbitrary<Partial<StoredRecord>>
  /** A change of the text: one character, or a stretch that is gone or there twice. */
  const text = fc.record({ at: fc.nat(), length: fc.nat({ max: 3 }), by: fc.string({ maxLength: 3 }) })
  const inText = ({ at, length, by }: { at: number; length: number; by: string }, value: string): string => {
    const begin = at % value.length
    return value.slice(0, begin) + by + value.slice(begin + length)
  }

  it('it is an error for its reader, or changes nothing that he sees', async () => {
    let rows = new Map<string, Row>()
    const encryption = { keys: { k1: randomBytes(32) }, current: 'k1' }
    const property = fc.asyncProperty(fc.oneof(field, text), async (change) => {
      rows = new Map()
      const store = mapStore({ rows: () => rows })
      await using memory = await openMemory({ store, encryption })
      await memory.reseal()
      await memory.as(boss).facts.set('k', 'the secret', { ...secret, task: 't', tags: ['x'], importance: 0.5 })
      const before = await memory.as(boss).facts.read('k', { consistency: 'strong' })
      const { record } = rows.get('facts\0k') as Row
      const value = 'at' in change ? inText(change, record.value) : record.value
      rows.set('facts\0k', { record: { ...record, ...('at' in change ? {} : change), value }, deleted: false })
      await using again = await openMemory({ store, encryption })
      const readAs = async (who: Principal): Promise<unknown> =>
        again
          .as(who)
          .facts.read('k', { consistency: 'strong' })
          .catch((error: { code: string }) => error.code)
      const isError = (found: unknown): boolean => found === 'SKEIN_CORRUPT' || found === 'SKEIN_KEY_MISSING'
      const found = await readAs(boss)
      if (found === undefined) expect(change).toHaveProperty('expiresAt')
      else if (!isError(found)) expect({ ...found, expiresAt: 0 }).toEqual({ ...before, expiresAt: 0 })
      const hidden = await readAs({ id: 'low', role: 'r' })
      expect(hidden === undefined || isError(hidden)).toBe(true)
    })
    await fc.assert(property, { numRuns: 400 })
  })
})

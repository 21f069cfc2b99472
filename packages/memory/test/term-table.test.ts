import { TermTable } from '@skein/memory/store'
import type { Row } from '@skein/memory/store'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const rowOf = (id: string, expiresAt?: number, task?: string): Row => ({
  record: {
    collection: 'observations',
    id,
    value: '"a heron"',
    version: 1,
    seq: Number(id),
    author: 'ann',
    task,
    tags: [],
    importance: undefined,
    derivedFrom: [],
    sensitivity: 'public',
    compartments: [],
    createdAt: 0,
    updatedAt: 0,
    expiresAt,
  },
  deleted: false,
})
const found = (table: TermTable, now: number): string[] =>
  table
    .search(
      { collection: 'observations', words: [{ terms: ['heron'] }], limit: 1_000 } as Parameters<TermTable['search']>[0],
      now,
    )
    .map(({ key }) => key.id)
    .toSorted()

describe('A table of terms', () => {
  it('keeps no record that has expired, however many there were', () => {
    const table = new TermTable()
    for (let n = 1; n <= 5_000; n += 1) table.put(rowOf(`${n}`, n % 10 === 0 ? undefined : n, `t${n}`), ['heron'])
    expect(table.size).toBe(5_000)
    table.search(
      { collection: 'observations', words: [{ terms: ['other'] }], limit: 1 } as unknown as Parameters<
        TermTable['search']
      >[0],
      5_000,
    )
    expect(table.size).toBe(500)
    expect(found(table, 5_000)).toHaveLength(500)
  })

  it('finds a record for as long as it lives, also after its time to live was extended', () => {
    const table = new TermTable()
    table.put(rowOf('1', 10), ['heron'])
    table.put(rowOf('2', 10), ['heron'])
    table.touch(rowOf('1', 20))
    expect(found(table, 9)).toEqual(['1', '2'])
    expect(found(table, 10)).toEqual(['1'])
    expect(found(table, 20)).toEqual([])
    expect(table.size).toBe(0)
    // Extended so that it never expires, and shortened again.
    table.put(rowOf('3', 30), ['heron'])
    table.touch(rowOf('3'))
    expect(found(table, 40)).toEqual(['3'])
    table.touch(rowOf('3', 35))
    expect([found(table, 40), table.size]).toEqual([[], 0])
  })

  it('holds exactly what was put, not removed and has not expired', () => {
    const id = fc.integer({ min: 1, max: 30 }).map(String)
    const expiry = fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined })
    const step = fc.oneof(
      fc.record({ do: fc.constant('put' as const), id, expiry }),
      fc.record({ do: fc.constant('touch' as const), id, expiry }),
      fc.record({ do: fc.constant('remove' as const), id }),
      fc.record({ do: fc.constant('search' as const), passed: fc.integer({ min: 0, max: 10 }) }),
      fc.record({ do: fc.constant('clear' as const) }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200, size: 'max' }), (steps) => {
        const table = new TermTable()
        const model = new Map<string, number | undefined>()
        let now = 0
        for (const each of steps) {
          if (each.do === 'put') {
            table.put(rowOf(each.id, each.expiry), ['heron'])
            model.set(each.id, each.expiry)
          } else if (each.do === 'touch') {
            table.touch(rowOf(each.id, each.expiry))
            if (model.has(each.id)) model.set(each.id, each.expiry)
          } else if (each.do === 'remove') {
            table.remove({ collection: 'observations', id: each.id })
            model.delete(each.id)
          } else if (each.do === 'clear') {
            table.clear()
            model.clear()
          } else {
            now += each.passed
            for (const [key, expiresAt] of model) if ((expiresAt ?? Infinity) <= now) model.delete(key)
            expect(found(table, now)).toEqual([...model.keys()].toSorted())
            expect(table.size).toBe(model.size)
          }
        }
      }),
    )
  })
})

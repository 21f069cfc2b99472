import { TermTable } from '@skein/memory/store'
import type { Row } from '@skein/memory/store'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { randomNumbers } from './simulate-history.ts'

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
const heron = { collection: 'observations', words: [{ terms: ['heron'] }], limit: 1_000 } as const
const found = (table: TermTable, now: number): string[] =>
  table
    .search(heron, now)
    .map(({ key }) => key.id)
    .toSorted()

describe('A table of terms', () => {
  it('keeps no record that has expired, however many there were', () => {
    const table = new TermTable()
    for (let n = 1; n <= 5_000; n += 1) table.put(rowOf(`${n}`, n % 10 === 0 ? undefined : n, `t${n}`), ['heron'])
    expect(table.size).toBe(5_000)
    table.search({ ...heron, words: [{ terms: ['other'] }], limit: 1 }, 5_000)
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

  it('finds within a task after most records have gone, whichever tasks there were before', () => {
    const table = new TermTable()
    for (let n = 1; n <= 1_500; n += 1) table.put(rowOf(`${n}`, undefined, n <= 700 ? 'before' : 'now'), ['heron'])
    const inTask = (): number => table.search({ ...heron, task: 'now' }, 0).length
    expect(inTask()).toBe(800)
    for (let n = 1; n <= 1_100; n += 1) table.remove({ collection: 'observations', id: `${n}` })
    // Documents get their new numbers by and by.
    for (let n = 1_101; n <= 1_400; n += 1) {
      table.remove({ collection: 'observations', id: `${n}` })
      expect(inTask()).toBe(1_500 - n)
    }
  })

  it('finds at any moment what a table made of the same records finds, while records come and go', () => {
    const words = ['heron', 'reed', 'ice', 'de:reiher', 'gull']
    const some = randomNumbers(7)
    const table = new TermTable()
    const model = new Map<string, { readonly row: Row; readonly terms: readonly string[] }>()
    const anew = (): TermTable => {
      const made = new TermTable()
      for (const { row, terms } of [...model.values()].toSorted((a, b) => a.row.record.seq - b.row.record.seq)) {
        made.put(row, terms)
      }
      return made
    }
    let seq = 0
    const labels = ['public', 'internal'] as const
    for (let step = 0; step < 24_000; step += 1) {
      const id = `${Math.floor(some() * 3_000)}`
      // Several times, most of them go.
      const isPut = some() < (Math.floor(step / 3_000) % 2 === 0 ? 0.9 : 0.1)
      if (isPut) {
        const terms = words.filter(() => some() < 0.4)
        const { record } = rowOf(id, some() < 0.1 ? step + 500 : undefined, `t${Math.floor(step / 2_000)}`)
        const sensitivity = labels[Math.floor(some() * 2)] ?? 'public'
        const row = { record: { ...record, seq: (seq += 1), author: `a${seq % 7}`, sensitivity }, deleted: false }
        table.put(row, terms)
        if (terms.length > 0) model.set(id, { row, terms })
        else model.delete(id)
      } else {
        const known = model.get(id)
        if (known && some() < 0.2) {
          const { record } = known.row
          const row = { ...known.row, record: { ...record, seq: (seq += 1), sensitivity: 'confidential' as const } }
          table.relabel(row)
          model.set(id, { ...known, row })
        } else {
          table.remove({ collection: 'observations', id })
          model.delete(id)
        }
      }
      if (step % 97 !== 0) continue
      for (const [key, { row }] of model) if ((row.record.expiresAt ?? Infinity) <= step) model.delete(key)
      const task = some() < 0.5 ? `t${Math.floor(some() * (step / 2_000 + 1))}` : undefined
      const query = { ...heron, words: [{ terms: [words[step % 5] ?? ''] }, { terms: ['reed'] }], task, limit: 20 }
      expect(table.search(query, step)).toEqual(anew().search(query, step))
      expect(table.size).toBe(model.size)
    }
  })
})

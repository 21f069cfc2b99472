import { expect, it } from 'vitest'

import type { StoredRecord } from '../src/store/record.ts'
import { inverseLength, keptForm, packVector, unpackVector } from '../src/vectors/vector-form.ts'
import type { KeptVector, VectorForm } from '../src/vectors/vector-form.ts'
import { VectorScanner } from '../src/vectors/vector-scanner.ts'
import { VectorTable } from '../src/vectors/vector-table.ts'
import { randomNumbers } from './simulate-history.ts'

const dimensions = 130

function record(n: number, more: Partial<StoredRecord> = {}): StoredRecord {
  const meta = { author: 'ann', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
  const times = { createdAt: 1, updatedAt: 1 }
  return { collection: 'observations', id: `o${n}`, value: '""', version: 1, seq: n, ...meta, ...times, ...more }
}

/** Numbers that are the same each time: the generator of Park and Miller. */
function numbers(seed: number): number[] {
  let state = seed + 1
  return Array.from({ length: dimensions }, () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647 - 0.5)
}

function cosine(a: KeptVector, b: KeptVector): number {
  let dot = 0
  for (const [at, part] of a.entries()) dot += part * (b[at] as number)
  return dot * inverseLength(a) * inverseLength(b)
}

it.each<VectorForm>(['int8', 'float32'])(
  'finds the nearest of %s vectors, few or many, as plain arithmetic does',
  async (form) => {
    const table = new VectorTable({ embedder: 'e', dimensions, form })
    await using scanner = new VectorScanner()
    const vectors = new Map<string, KeptVector>()
    const query = keptForm(numbers(999_999), form)
    const nearest = async (limit: number, task?: string): Promise<[string, number][]> => {
      const { rows, count } = table.rowsFor({ collection: 'observations', task }, 5)
      const { segments } = table
      const best = await scanner.scan({ form, dimensions, segments, rows, count, query, limit })
      const found = best.rows.map((row, at): [string, number] => [table.recordAt(row).id, best.scores[at] as number])
      return found.toSorted(([, a], [, b]) => b - a)
    }
    const put = (n: number, more?: Partial<StoredRecord>): void => {
      const vector = keptForm(numbers(n), form)
      table.put(record(n, more), { content: `c${n}`, vector })
      vectors.set(`o${n}`, vector)
    }
    const expected = (limit: number): string[] =>
      [...vectors]
        .toSorted(([, a], [, b]) => cosine(b, query) - cosine(a, query))
        .slice(0, limit)
        .map(([id]) => id)
    for (let n = 0; n < 1_500; n += 1) put(n)
    expect((await nearest(7)).map(([id]) => id)).toEqual(expected(7))
    for (let n = 1_500; n < 10_000; n += 1) put(n, n % 100 === 0 ? { task: 't' } : {})
    // More than a million products: in a thread.
    expect((await nearest(25)).map(([id]) => id)).toEqual(expected(25))
    expect(await nearest(200, 't')).toHaveLength(85)
    for (let n = 0; n < 9_000; n += 1) {
      table.remove(record(n))
      vectors.delete(`o${n}`)
    }
    expect(table.size).toBe(1_000)
    // As much memory as they need, and some for what comes next.
    expect(table.segments).toHaveLength(2)
    expect((await nearest(25)).map(([id]) => id)).toEqual(expected(25))
    expect(table.vectorOf('c9500')).toEqual(vectors.get('o9500'))
    expect(table.vectorOf('c5')).toBeUndefined()
  },
)

it('looks at no vector that has expired, of another kind of record, or above the clearance', () => {
  const table = new VectorTable({ embedder: 'e', dimensions, form: 'int8' })
  const put = (n: number, more: Partial<StoredRecord>): void =>
    table.put(record(n, more), { content: `c${n}`, vector: keptForm(numbers(n), 'int8') })
  put(1, { expiresAt: 10 })
  put(2, { collection: 'decisions' })
  put(3, { sensitivity: 'internal' })
  put(4, { compartments: ['x'] })
  put(5, {})
  const seen = (now: number, audience = { level: 'public', compartments: [] as string[] } as const): string[] => {
    const { rows } = table.rowsFor({ collection: 'observations', audience }, now)
    return [...rows].flatMap((is, row) => (is === 1 ? table.recordAt(row).id : [])).toSorted()
  }
  expect(seen(9)).toEqual(['o1', 'o5'])
  expect(seen(10)).toEqual(['o5'])
  expect(table.size).toBe(4)
  // The record was written anew.
  put(1, {})
  expect(seen(10)).toEqual(['o1', 'o5'])
})

it('has at any moment what was put and has not gone, while records come and go', () => {
  const some = randomNumbers(3)
  const table = new VectorTable({ embedder: 'e', dimensions, form: 'int8' })
  const model = new Map<number, { readonly task: string; readonly seed: number; readonly end: number }>()
  for (let step = 1; step < 6_000; step += 1) {
    const n = Math.floor(some() * 300)
    // Several times, most of them go.
    if (some() < (Math.floor(step / 1_000) % 2 === 0 ? 0.8 : 0.2)) {
      const task = `t${Math.floor(some() * 3)}`
      const end = some() < 0.2 ? step + 100 : Infinity
      const expiresAt = end === Infinity ? undefined : end
      const [sensitivity, tags] = [some() < 0.5 ? 'public' : 'internal', some() < 0.5 ? [] : ['new']] as const
      const more = { task, expiresAt, sensitivity, tags, author: `a${step % 700}` }
      table.put(record(n, more), { content: `c${n} ${step}`, vector: keptForm(numbers(step), 'int8') })
      model.set(n, { task, seed: step, end })
    } else {
      table.remove(record(n))
      model.delete(n)
    }
    if (step % 53 !== 0) continue
    const task = `t${step % 3}`
    const { rows } = table.rowsFor({ collection: 'observations', task }, step)
    const ids = [...rows].flatMap((is, row) => (is === 1 ? table.recordAt(row).id : []))
    for (const [key, { end }] of model) if (end <= step) model.delete(key)
    const expected = [...model].flatMap(([key, each]) => (each.task === task ? `o${key}` : []))
    expect(ids.toSorted()).toEqual(expected.toSorted())
    expect(table.size).toBe(model.size)
    for (const [key, { seed }] of model)
      expect(table.vectorOf(`c${key} ${seed}`)).toEqual(keptForm(numbers(seed), 'int8'))
  }
})

it('keeps vectors as text, and takes none of another length or without a direction', () => {
  for (const form of ['int8', 'float32'] as const) {
    const vector = keptForm(numbers(3), form)
    const text = packVector(vector)
    expect(unpackVector(text, dimensions, form)).toEqual(vector)
    expect(unpackVector(text, dimensions + 1, form)).toBeUndefined()
    expect(unpackVector(packVector(new Int8Array(dimensions)), dimensions, 'int8')).toBeUndefined()
    expect(
      Math.abs(
        cosine(
          vector,
          keptForm(
            numbers(3).map((part) => part * 1e30),
            form,
          ),
        ),
      ),
    ).toBeCloseTo(1)
  }
})

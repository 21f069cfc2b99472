import { openMemory } from '@skein/memory'
import type { Facts, Memory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'

import { temporaryPath } from './temporary.ts'

const ann = { id: 'ann', role: 'test' } as const
const admin = { id: 'ada', role: 'operator', rights: ['administer'] } as const

const versionsOf = async (facts: Facts, key: string): Promise<unknown[]> =>
  (await facts.history(key)).map(({ value }) => value)

function pastRows(path: string): number {
  const db = new Database(path, { readonly: true })
  const count = db.prepare('SELECT count(*) FROM past_1').pluck().get() as number
  db.close()
  return count
}

it('the past of a record outlives its row, and goes on when the record is written anew', async () => {
  const path = temporaryPath()
  await using memory = await openMemory({ store: sqliteStore(path) })
  const { facts } = memory.as(ann)
  await facts.set('price', 10)
  await facts.set('price', 12, { ttlMs: 1 })
  await using store = await sqliteStore(path).open('default', 'writer')
  await expect.poll(() => facts.read('price', { consistency: 'strong' })).toBeUndefined()
  expect(await store.sweep(100)).toBe(1)
  expect(await versionsOf(facts, 'price')).toContain(10)
  await facts.set('price', 14)
  await facts.set('price', 16)
  expect(await versionsOf(facts, 'price')).toEqual([16, 14, 10])
  expect(await Array.fromAsync(memory.as(admin).verify())).toEqual([])
  await memory.as(ann).forget('facts/price', { reason: 'It was wrong.' })
  expect(pastRows(path)).toBe(0)
})

it('a version that no later one leads to is found by `verify`', async () => {
  const path = temporaryPath()
  await using memory = await openMemory({ store: sqliteStore(path) })
  const { facts } = memory.as(ann)
  for (const value of [1, 2, 3, 4]) await facts.set('price', value)
  const db = new Database(path)
  db.exec('UPDATE past_1 SET prev = NULL WHERE version = 3')
  db.close()
  expect(await versionsOf(facts, 'price')).toEqual([4, 3])
  expect(await Array.fromAsync(memory.as(admin).verify())).toEqual([
    expect.objectContaining({
      collection: 'facts',
      id: 'price',
      problem: 'Its past version 2 exists, but no later version points to it.',
    }),
  ])
})

describe('where as many versions as are kept are there', () => {
  const keep = 3
  const rowsOf = (path: string): number[] => {
    const db = new Database(path, { readonly: true })
    const rows = db.prepare('SELECT row FROM past_1 ORDER BY row').pluck().all() as number[]
    db.close()
    return rows
  }
  const open = (path: string): Promise<Memory> => openMemory({ store: sqliteStore(path), history: { versions: keep } })

  it('each new one takes the place of the oldest', async () => {
    const path = temporaryPath()
    await using memory = await open(path)
    const { facts } = memory.as(ann)
    await facts.set('other', 'kept')
    await facts.set('other', 'as well')
    for (let value = 1; value <= 50; value += 1) await facts.set('price', value)
    expect(rowsOf(path)).toEqual([1, 2, 3, 4])
    expect(await versionsOf(facts, 'price')).toEqual([50, 49, 48, 47])
    expect(await versionsOf(facts, 'other')).toEqual(['as well', 'kept'])
    expect(await Array.fromAsync(memory.as(admin).verify())).toEqual([])
  })

  it('versions of another label stay, and so do a tombstone and what was before it', async () => {
    const path = temporaryPath()
    await using memory = await open(path)
    const { facts } = memory.as({ ...ann, clearance: { level: 'confidential' } })
    for (const value of [1, 2, 3, 4, 5]) await facts.set('price', value)
    for (const value of [6, 7, 8, 9, 10]) await facts.set('price', value, { sensitivity: 'confidential' })
    expect(await versionsOf(facts, 'price')).toEqual([10, 9, 8, 7, 5, 4, 3])
    await facts.delete('price')
    await facts.set('price', 11, { sensitivity: 'confidential' })
    await facts.set('price', 12, { sensitivity: 'confidential' })
    expect((await versionsOf(facts, 'price')).slice(0, 3)).toEqual([12, 11, undefined])
    expect(await versionsOf(facts, 'price')).toContain(3)
    expect(await Array.fromAsync(memory.as(admin).verify())).toEqual([])
  })

  it('a process that did not write them goes on with them', async () => {
    const path = temporaryPath()
    for (const first of [0, 40, 80]) {
      await using memory = await open(path)
      const { facts } = memory.as(ann)
      for (let value = first; value < first + 40; value += 1) await facts.set('price', value)
      expect(await versionsOf(facts, 'price')).toEqual([first + 39, first + 38, first + 37, first + 36])
      expect(await Array.fromAsync(memory.as(admin).verify())).toEqual([])
    }
    // Those that came before it knew their places are trimmed now and then.
    expect(rowsOf(path).length).toBeLessThanOrEqual(keep + 32)
  })

  it('a write that failed leaves them as they were', async () => {
    const path = temporaryPath()
    await using memory = await open(path)
    const { facts } = memory.as(ann)
    for (const value of [1, 2, 3, 4, 5]) await facts.set('price', value)
    const db = new Database(path)
    db.exec(`CREATE TRIGGER refuse AFTER UPDATE ON records_1 WHEN new.value = '6' BEGIN SELECT RAISE(ABORT, 'no'); END`)
    await expect(facts.set('price', 6)).rejects.toThrow('no')
    db.exec('DROP TRIGGER refuse')
    db.close()
    for (const value of [7, 8]) await facts.set('price', value)
    expect(await versionsOf(facts, 'price')).toEqual([8, 7, 5, 4])
    expect(await Array.fromAsync(memory.as(admin).verify())).toEqual([])
  })

  it.each([1, 2])('and only %i of them, they are found again by the key and by all that forgets', async (versions) => {
    const path = temporaryPath()
    await using memory = await openMemory({ store: sqliteStore(path), history: { versions } })
    const { facts } = memory.as(ann)
    // Past the places that are known by heart, and past several times at which others are trimmed.
    for (let value = 1; value <= 330; value += 1) await facts.set('price', value)
    expect(rowsOf(path).length).toBeLessThanOrEqual(versions + 32)
    expect(await versionsOf(facts, 'price')).toEqual(versions === 1 ? [330, 329] : [330, 329, 328])
    await using store = await sqliteStore(path).open('default', 'reader')
    expect(await store.pastIds({ collection: 'facts', prefix: '', limit: 10 })).toEqual({ ids: ['price'] })
    await memory.as(ann).forget('facts/price', { reason: 'It was wrong.' })
    expect(rowsOf(path)).toEqual([])
  })

  it('those that are deleted in turn are trimmed, and so are those of labels in turn', async () => {
    const path = temporaryPath()
    await using memory = await open(path)
    const { facts } = memory.as({ ...ann, clearance: { level: 'internal' } })
    for (let value = 1; value <= 100; value += 1) {
      await facts.set('price', value)
      await facts.delete('price')
      await facts.set('rate', value, { sensitivity: value % 2 === 0 ? 'public' : 'internal' })
    }
    expect(rowsOf(path).length).toBeLessThanOrEqual(2 * (2 * keep + 32))
  })

  it('fewer are kept once fewer are asked for', async () => {
    const path = temporaryPath()
    const many = await openMemory({ store: sqliteStore(path), history: { versions: 100 } })
    for (let value = 1; value <= 90; value += 1) await many.as(ann).facts.set('price', value)
    await many.close()
    await using memory = await open(path)
    for (let value = 91; value <= 130; value += 1) await memory.as(ann).facts.set('price', value)
    expect(rowsOf(path).length).toBeLessThanOrEqual(keep + 32)
  })

  it('a damaged version hides none of those before it from an erasure', async () => {
    const path = temporaryPath()
    await using memory = await open(path)
    const { facts } = memory.as(ann)
    for (let value = 1; value <= 4; value += 1) await facts.set('price', value)
    const db = new Database(path)
    db.exec('UPDATE past_1 SET version = 1000 WHERE version = 2')
    db.close()
    await memory.as(ann).forget('facts/price', { reason: 'It was wrong.' })
    expect(rowsOf(path)).toEqual([])
  })
})

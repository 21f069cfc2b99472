import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { mapStore } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'

import { openFlock } from './open-flock.ts'

function temporary(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-core-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'flock.db')
}

describe.each([
  ['mapStore', () => mapStore()],
  ['sqliteStore', () => sqliteStore(temporary())],
] as const)('the memory in worker threads on %s', (_, store) => {
  it('is the same memory', async () => {
    const { flock, report } = await openFlock(store())
    const view = flock.memory.as({ id: 'main', role: 'main' })
    await view.facts.set('k', 'first')
    expect(await report.readTwice('k')).toEqual(['first', 'first'])
    await view.facts.set('k', 'second')
    expect(await report.readTwice('k')).toEqual(['second', 'second'])
    await Promise.all(Array.from({ length: 50 }, () => report.countIn('n')))
    expect(await view.facts.get('n')).toBe(50)
  })

  it('passes objects by reference, at any size', async () => {
    const { flock, report } = await openFlock(store())
    const view = flock.memory.as({ id: 'main', role: 'main' })
    for (const size of [1, 1_000, 65_536, 70_000, 16 * 1024 * 1024]) {
      const put = await report.putBytes(size)
      expect(await report.firstByte(put)).toBe(7)
      expect((await view.objects.bytes(put)).length).toBe(size)
    }
  })

  it('labels what is written by what was read', async () => {
    const { flock, report } = await openFlock(store())
    const reader = { id: 'r', role: 'reader', clearance: { level: 'confidential' } } as const
    const view = flock.memory.as(reader)
    const secret = await view.objects.put('psst', { sensitivity: 'confidential' })
    const loud = await report.shout(secret, { as: reader })
    expect(await view.objects.get(loud)).toBe('PSST')
    expect(await view.objects.lineage(loud, { direction: 'sources' })).toMatchObject([{ ref: { id: secret.id } }])
    expect(await flock.memory.as({ id: 'low', role: 'reader' }).objects.has(loud)).toBe(false)
    await expect(report.shout(secret)).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
  })

  it('has a past there too, as far as it is kept, and labels what is made from it', async () => {
    const { flock, report } = await openFlock(store())
    const boss = { id: 'boss', role: 'head', clearance: { level: 'confidential' } } as const
    const { facts } = flock.memory.as(boss)
    const first = await facts.set('price', 10, { sensitivity: 'confidential', subject: 'person/42' })
    const asOf = Math.ceil(first.updatedAt)
    await expect.poll(() => flock.memory.as(boss).now()).toBeGreaterThan(asOf + 1)
    await facts.set('price', 12, { sensitivity: 'public' })
    expect(await report.pastOf({ key: 'price', asOf }, { as: boss })).toEqual([12, 10, 10])
    expect(await facts.read('price seen by boss')).toMatchObject({ value: 2, sensitivity: 'confidential' })
    // Who is not cleared for the past learns nothing of it, and what is not kept is refused there as here.
    expect(await report.pastOf({ key: 'price', asOf }, { as: { id: 'low', role: 'r' } })).toEqual([12, undefined])
    const early = report.pastOf({ key: 'price', asOf: asOf - 40 * 86_400_000 }, { as: boss })
    await expect(early).rejects.toMatchObject({ code: 'SKEIN_HISTORY', asOf: asOf - 40 * 86_400_000 })
    // What was made from it is about the same person.
    const olga = flock.memory.as({ ...boss, id: 'olga', rights: ['erase'] })
    expect((await olga.forget({ subject: 'person/42' }, { reason: 'asked' })).forgotten).toEqual({ facts: 2 })
    expect(await facts.history('price')).toMatchObject([{ value: 12 }])
  })

  it('makes equal calls to the model once', async () => {
    const { flock, report } = await openFlock(store())
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => report.askModel('The sky was blue and wide over all the land.')),
    )
    expect(new Set(answers).size).toBe(1)
    expect(flock.stats()).toMatchObject({ used: { calls: 1 }, saved: { calls: 3 } })
  })
})

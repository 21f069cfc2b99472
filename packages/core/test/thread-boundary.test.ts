import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'

import { createFlock, extractiveModel } from '@skein/core'
import { threadExecutor } from '@skein/core/executor'
import type { ThreadExecutorOptions } from '@skein/core/executor'
import { mapStore, openMemory } from '@skein/memory'
import type { Principal } from '@skein/memory'
import { joinMemory } from '@skein/memory/runtime'
import { sqliteStore } from '@skein/sqlite'
import { describe, expect, it, onTestFinished } from 'vitest'

const clearance = { level: 'confidential' } as const
const boss: Principal = { id: 'boss', role: 'head', clearance, rights: ['audit', 'declassify', 'administer'] }
const low: Principal = { id: 'low', role: 'r' }
const key = randomBytes(32)

const stores = [
  ['mapStore', () => mapStore()],
  [
    'sqliteStore',
    () => {
      const folder = mkdtempSync(join(tmpdir(), 'skein-boundary-'))
      onTestFinished(() => rmSync(folder, { recursive: true }))
      return sqliteStore(join(folder, 'flock.db'))
    },
  ],
] as const

describe.each(stores)('A worker thread on %s', (_, store) => {
  const openRun = async (options: ThreadExecutorOptions = {}) => {
    const memory = await openMemory({ store: store(), encryption: { keys: { k1: key }, current: 'k1' } })
    const executor = threadExecutor(memory, extractiveModel(), { threads: 1, ...options })
    const flock = await createFlock({ memory, executor })
    onTestFinished(async () => {
      await flock.close()
      await memory.close()
    })
    const view = memory.as(boss)
    await view.facts.set('merger', 'Acme buys Birdsong', { sensitivity: 'confidential' })
    const { id } = await view.objects.put('The contract.', { sensitivity: 'confidential' })
    const activities = flock.activities<typeof import('./fixtures/trespassing.ts')>(
      new URL('./fixtures/trespassing.ts', import.meta.url),
    )
    return { memory, activities, object: id }
  }

  it('gets no keys, and reads what is sealed for those who may', async () => {
    const { activities, object } = await openRun()
    const given = await activities.lookAround(undefined, { as: boss })
    expect(given).not.toMatch(/KeyObject|SharedArrayBuffer|flock\.db|k1/)
    expect(await activities.readFact('merger', { as: boss })).toBe('Acme buys Birdsong')
    expect(await activities.readObject(object, { as: boss })).toBe('The contract.')
    expect(await activities.readFact('merger', { as: low })).toBeUndefined()
    await expect(activities.readObject(object, { as: low })).rejects.toMatchObject({ code: 'SKEIN_NOT_FOUND' })
  })

  it('can not join the memory once more as somebody else', async () => {
    const { activities } = await openRun()
    const outcomes = await activities.joinAs({ principal: boss, key: 'merger' }, { as: low })
    expect(outcomes.map((outcome) => outcome.replace(/^refused: .*/, 'closed'))).toEqual(['closed', 'closed', 'closed'])
  })

  it('gets no right to declassify or administer, unless it is given', async () => {
    const { activities, memory } = await openRun()
    await expect(activities.publish('merger', { as: boss })).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
    expect(await memory.as(low).facts.get('merger')).toBeUndefined()
    const given = await openRun({ rights: ['declassify'] })
    expect(await given.activities.publish('merger', { as: boss })).toBe('Acme buys Birdsong')
    expect(await given.memory.as(low).facts.get('merger')).toBe('Acme buys Birdsong')
  })

  it('works only in the names of those whose passes it has, and within their clearance', async () => {
    const { memory } = await openRun()
    const { port1, port2 } = new MessageChannel()
    onTestFinished(() => port2.close())
    memory.connect(port1, { principalOf: (pass) => (pass === 'of low' ? low : undefined) })
    await using thread = await joinMemory(port2)
    const code = (use: () => Promise<unknown>): Promise<unknown> =>
      use().then(
        () => 'done',
        (error: { code?: unknown }) => error.code,
      )
    expect(() => thread.as(low)).toThrow(expect.objectContaining({ code: 'SKEIN_ACCESS' }))
    expect(await code(() => thread.enter('guessed', low).facts.set('k', 1))).toBe('SKEIN_ACCESS')
    expect(await code(() => thread.enter('of low', low).facts.set('k', 1))).toBe('done')
    // What a thread claims to be is not what its pass says.
    const claimed = thread.enter('of low', boss)
    expect(await code(() => claimed.facts.set('k', 2))).toBe('SKEIN_ACCESS')
    const louder = thread.enter('of low', { ...boss, id: 'low' })
    // What the thread claims to see, it is not given: of a sealed record, the opening thread hands out no value.
    expect(await louder.facts.get('merger')).toBeNull()
    await expect(louder.facts.set('merger', 1, { ifVersion: 7 })).rejects.toMatchObject({
      code: 'SKEIN_VERSION_CONFLICT',
      current: { value: null },
    })
    expect(await code(() => louder.facts.set('x', 1, { sensitivity: 'confidential' }))).toBe('SKEIN_ACCESS')
    expect(await code(() => Array.fromAsync(louder.verify()))).toBe('SKEIN_ACCESS')
  })

  it('adds sources to a content that somebody else has put, who stays its author', async () => {
    const { memory } = await openRun()
    const { port1, port2 } = new MessageChannel()
    onTestFinished(() => port2.close())
    memory.connect(port1, { principalOf: (pass) => (pass === 'of low' ? low : undefined) })
    await using thread = await joinMemory(port2)
    const ann = memory.as({ id: 'ann', role: 'r' })
    const [one, two] = [await ann.objects.put('A page.'), await ann.objects.put('Another page.')]
    const note = await ann.objects.put('The same.', { derivedFrom: [one] })
    const { objects } = thread.enter('of low', low)
    expect(await objects.put('The same.', { derivedFrom: [two] })).toEqual(note)
    const { author, derivedFrom } = (await memory.as(boss).records.get('objects', note.id)) ?? {}
    expect({ author, derivedFrom }).toEqual({ author: 'ann', derivedFrom: [one.id, two.id].toSorted() })
    // In the name of somebody else, it puts nothing new.
    const forged = thread.enter('of low', { id: 'ann', role: 'r' })
    await expect(forged.objects.put('Another one.')).rejects.toMatchObject({ code: 'SKEIN_ACCESS' })
  })
})

import { openMemory } from '@skein/memory'
import type { Store } from '@skein/memory/store'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { sqliteStore } from '../src/index.ts'
import { temporaryPath } from './temporary.ts'

it('taking work does not wait for the disk, but its result does unless it may be lost', async () => {
  // Watched, not replaced: only the statements show whether a commit waits for the disk.
  const asked = vi.spyOn(Database.prototype, 'pragma')
  await using memory = await openMemory({ store: sqliteStore(temporaryPath()) })
  const view = memory.as({ id: 'ann', role: 'worker' })
  await view.facts.set('ready', true)
  asked.mockClear()
  const levels = (): unknown[] =>
    asked.mock.calls.map(([text]) => text).filter((text) => text.startsWith('synchronous'))
  const atWork = await view.once('work', () => levels())
  expect(atWork.value).toEqual(['synchronous = NORMAL', 'synchronous = FULL'])
  expect(levels()).toEqual(atWork.value)
  await view.facts.set('other', true)
  expect(levels()).toEqual(atWork.value)
  await view.once('again', () => 1, { fleeting: true })
  // Neither taking it nor its result.
  expect(levels()).toEqual([...atWork.value, ...atWork.value, ...atWork.value])
  asked.mockRestore()
})

describe('the durability of a file', () => {
  it('is that of the strictest memory that was opened there', async () => {
    const pragmas = vi.spyOn(Database.prototype, 'pragma')
    onTestFinished(() => pragmas.mockRestore())
    const path = temporaryPath()
    const openedAs = async (durability: 'full' | 'relaxed'): Promise<Store> => {
      const store = await sqliteStore({ path, durability }).open('default', 'writer')
      onTestFinished(() => store[Symbol.asyncDispose]())
      return store
    }
    await openedAs('relaxed')
    const connection = pragmas.mock.contexts[0] as Database.Database
    const synchronous = (): unknown => connection.pragma('synchronous', { simple: true })
    // https://sqlite.org/pragma.html#pragma_synchronous: 1 is NORMAL, 2 is FULL.
    expect(synchronous()).toBe(1)
    const full = await openedAs('full')
    expect(synchronous()).toBe(2)
    await full[Symbol.asyncDispose]()
    await openedAs('relaxed')
    expect(synchronous()).toBe(2)
  })
})

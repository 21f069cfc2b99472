import { openMemory } from '@skein/memory'
import Database from 'better-sqlite3'
import { expect, it, vi } from 'vitest'

import { sqliteStore } from '../src/index.ts'
import { temporaryPath } from './temporary.ts'

it('taking work does not wait for the disk, and its result does', async () => {
  // Watched, not replaced: what is asked of SQLite is the only sign of a flush.
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
  asked.mockRestore()
})

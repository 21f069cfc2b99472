import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { openMemory } from '@skein/memory'
import { SkeinSession } from '@skein/openai-agents'
import { sqliteStore } from '@skein/sqlite'
import { expect, it, onTestFinished } from 'vitest'

it('several processes append without loss, each in its order, items of one call together', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-sessions-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'sessions.db')
  const names = ['one', 'two', 'three', 'four']
  const fixture = join(import.meta.dirname, 'fixtures/session-process.ts')
  await Promise.all(names.map((name) => promisify(execFile)(process.execPath, [fixture, path, name])))
  const memory = await openMemory({ store: sqliteStore({ path }) })
  onTestFinished(() => memory.close())
  const session = new SkeinSession(memory.as({ id: 'reader', role: 'agent' }), { sessionId: 'shared' })
  const all = (await session.getItems()).map((item) => {
    return 'content' in item && typeof item.content === 'string' ? item.content : ''
  })
  expect(all).toHaveLength(40)
  for (const name of names) {
    const own = all.filter((text) => text.startsWith(`${name} `))
    expect(own).toEqual([0, 1, 2, 3, 4].flatMap((n) => [`${name} ${n} asks`, `${name} ${n} is answered`]))
    for (const text of own.filter((each) => each.endsWith('asks'))) {
      expect(all[all.indexOf(text) + 1]).toBe(text.replace('asks', 'is answered'))
    }
  }
})

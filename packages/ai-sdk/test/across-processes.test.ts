import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it, onTestFinished } from 'vitest'

import { startServer } from './local-models.ts'

it('agents in three processes make one call, and the ledger counts what that saved', async () => {
  const server = await startServer({ delayMs: 50 })
  const folder = await mkdtemp(join(tmpdir(), 'skein-ai-sdk-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'flock.db')
  const program = join(import.meta.dirname, 'fixtures', 'asking-process.ts')
  const run = async (id: string): Promise<{ readonly text: string; readonly reused: boolean }> => {
    const { stdout } = await promisify(execFile)(process.execPath, [program, path, server.url, id])
    return JSON.parse(stdout) as { text: string; reused: boolean }
  }
  const answers = await Promise.all(['ann', 'bob', 'cid'].map(run))
  expect(answers.map(({ text }) => text)).toEqual(Array.from({ length: 3 }, () => 'You said: Hello there.'))
  expect(answers.filter(({ reused }) => !reused)).toHaveLength(1)
  expect(server.reached).toHaveLength(1)
  const memory = await openMemory({ store: sqliteStore(path) })
  onTestFinished(() => memory.close())
  expect((await memory.ledger())['model']).toMatchObject({ reused: 2, used: { calls: 1 }, saved: { calls: 2 } })
})

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it } from 'vitest'

import { numberEmbedder, vectorOf } from './number-embedder.ts'
import { temporaryPath } from './temporary.ts'

it('the vectors that a killed process did not make are made by the next one, and no others', async () => {
  const path = temporaryPath()
  const script = join(import.meta.dirname, 'fixtures/embedding-process.ts')
  const child = spawn(process.execPath, [script, path], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(child.stdout, 'data')
  child.kill('SIGKILL')
  await once(child, 'exit')
  const asked: string[] = []
  const embedder = numberEmbedder(async (texts) => {
    asked.push(...texts)
    return texts.map(vectorOf)
  })
  await using memory = await openMemory({ store: sqliteStore(path), search: { embedder } })
  await memory.vectorsReady()
  expect(memory.vectors).toMatchObject({ stored: 20, pending: 0, failed: 0 })
  expect(asked).toEqual(Array.from({ length: 15 }, (_, n) => `number ${n + 5}`))
  const hits = await memory.as({ id: 'ann', role: 'r' }).observations.search('7', { by: 'meaning', limit: 3 })
  expect(hits.map(({ item }) => item.value)).toEqual(['number 7', 'number 8', 'number 6'])
})

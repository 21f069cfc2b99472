import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import { expect, it, onTestFinished } from 'vitest'

import { countingGraph } from './counting-graph.ts'

it('each writer of a thread in another process is told how it went, and nothing acknowledged is lost when one is killed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'skein-langgraph-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'threads.db')
  const acknowledged: string[] = []
  const runners = ['one', 'two'].map((name) => startRunner(path, name))
  onTestFinished(() => runners.forEach(({ child }) => child.kill('SIGKILL')))
  await Promise.all(runners.map(({ next }) => next()))
  await Promise.all(
    runners.map(async ({ child, next }, at) => {
      for (let n = 0; n < 4; n += 1) {
        const word = `${at}-${n}`
        for (let outcome: string | undefined; outcome !== 'ok';) {
          child.stdin?.write(`${word}\n`)
          outcome = await next()
          if (outcome === undefined) return
          expect(['ok', 'SKEIN_STALE_WRITER']).toContain(outcome)
        }
        acknowledged.push(word)
        if (at === 0 && n === 1) child.kill('SIGKILL')
      }
    }),
  )
  const memory = await openMemory({ store: sqliteStore({ path }) })
  onTestFinished(() => memory.close())
  const graph = countingGraph(memory.as({ id: 'reader', role: 'agent' }))
  const { values } = await graph.getState({ configurable: { thread_id: 'shared' } })
  expect(values.heard).toEqual(expect.arrayContaining(acknowledged))
  expect(acknowledged.length).toBeGreaterThanOrEqual(6)
})

const startRunner = (path: string, name: string): { child: ChildProcess; next: () => Promise<string | undefined> } => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/thread-process.ts'), path, name])
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  child.stdin.on('error', () => {})
  return { child, next: async () => (await lines.next()).value as string | undefined }
}

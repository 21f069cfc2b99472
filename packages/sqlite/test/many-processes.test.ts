import { spawn } from 'node:child_process'
import { join } from 'node:path'

import { openMemory } from '@skein/memory'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'

import { temporaryPath } from './temporary.ts'

interface Counted {
  readonly code: number | null
  readonly stderr: string
  /** What was acknowledged: versions of the fact, positions of the observations. */
  readonly acknowledged: readonly (readonly [version: number, seq: number])[]
}

/** @param onLine - Called after each line, with the number of lines so far. */
function count(
  path: string,
  id: string,
  times: number,
  onLine?: (lines: number, kill: () => void) => void,
): Promise<Counted> {
  const child = spawn(process.execPath, [
    join(import.meta.dirname, 'fixtures/counting-process.ts'),
    path,
    id,
    `${times}`,
  ])
  let stdout = ''
  let stderr = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
    onLine?.(stdout.split('\n').length, () => child.kill('SIGKILL'))
  })
  return new Promise((resolve) => {
    child.on('close', (code) => {
      const lines = stdout.split('\n').slice(1, -1)
      resolve({ code, stderr, acknowledged: lines.map((line) => line.split(' ').map(Number) as [number, number]) })
    })
  })
}

describe('one file in many processes', () => {
  it('counts every update of every process, from the very first opening on', async () => {
    const path = temporaryPath()
    const counted = await Promise.all(['a', 'b', 'c', 'd'].map((id) => count(path, id, 50)))
    for (const { code, stderr } of counted) expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    const versions = counted.flatMap(({ acknowledged }) => acknowledged.map(([version]) => version))
    expect(versions.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
    await using memory = await openMemory({ store: sqliteStore(path) })
    expect(await memory.as({ id: 'me', role: 'test' }).facts.get('total')).toBe(200)
  })

  it('loses no acknowledged write to kill -9, and leaves no partial write', async () => {
    const path = temporaryPath()
    const counted = await Promise.all(
      ['a', 'b', 'c', 'd'].map((id, index) =>
        count(path, id, 100_000, (lines, kill) => lines > 20 + 15 * index && kill()),
      ),
    )
    expect(counted.every(({ code }) => code === null)).toBe(true)

    const db = new Database(path)
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    db.close()

    await using memory = await openMemory({ store: sqliteStore(path) })
    const view = memory.as({ id: 'me', role: 'test' })
    const fact = await view.facts.read<number>('total')
    expect(fact?.value).toBe(fact?.version)
    const versions = counted.flatMap(({ acknowledged }) => acknowledged.map(([version]) => version))
    expect(new Set(versions).size).toBe(versions.length)
    expect(Math.max(...versions)).toBeLessThanOrEqual(fact?.version ?? 0)
    // At most one update of each process was under way and not acknowledged.
    expect(fact?.version).toBeLessThanOrEqual(versions.length + counted.length)
    for (const [index, { acknowledged }] of counted.entries()) {
      const { items } = await view.observations.list({ task: 'abcd'[index] ?? '', limit: 1_000 })
      const kept = new Set(items.map(({ seq }) => seq))
      for (const [, seq] of acknowledged) expect(kept.has(seq)).toBe(true)
    }
  })
})

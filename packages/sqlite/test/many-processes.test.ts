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

  it('loses no acknowledged write to kill -9, and nothing is half there', async () => {
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

describe('a damaged record', () => {
  it.each([
    ['value', `value = '"forged"'`],
    ['version', 'version = 7'],
    ['sensitivity', 'level = 0'],
    ['author', `author = 'mallory'`],
  ])('(its %s) is an error, never a wrong answer, and leaves the others readable', async (_, change) => {
    const path = temporaryPath()
    const memory = await openMemory({ store: sqliteStore(path) })
    const { facts } = memory.as({ id: 'me', role: 'test', clearance: { level: 'internal' } })
    await facts.set('good', 'one')
    await facts.set('bad', 'two', { sensitivity: 'internal' })
    await memory.close()

    const db = new Database(path)
    db.exec(`UPDATE records_1 SET ${change} WHERE id = 'bad'`)
    db.close()

    await using again = await openMemory({ store: sqliteStore(path) })
    const view = again.as({ id: 'me', role: 'test', clearance: { level: 'internal' } })
    await expect(view.facts.get('bad')).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
    expect(await view.facts.get('good')).toBe('one')
  })

  it('among objects is one too', async () => {
    const path = temporaryPath()
    const memory = await openMemory({ store: sqliteStore(path) })
    const ref = await memory.as({ id: 'me', role: 'test' }).objects.put('a text of some length')
    await memory.close()
    const db = new Database(path)
    db.exec(`UPDATE objects_1 SET bytes = CAST('another text' AS BLOB)`)
    db.close()
    await using again = await openMemory({ store: sqliteStore(path) })
    await expect(again.as({ id: 'me', role: 'test' }).objects.get(ref)).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
  })
})

describe('the feed', () => {
  it('forgets what is beyond both its number and its age, and says so', async () => {
    const path = temporaryPath()
    const driver = sqliteStore({ path, maxChanges: 3, maxChangeAgeMs: 1 })
    await using store = await driver.open('default', 'writer')
    await using memory = await openMemory({ store: driver })
    const view = memory.as({ id: 'me', role: 'test' })
    const { facts } = view
    for (let n = 0; n < 10; n += 1) await facts.set('k', n)
    const written = await facts.read('k')
    while (Date.now() <= (written?.updatedAt ?? 0) + 1) await new Promise((resolve) => setImmediate(resolve))
    await store.sweep(100)
    expect(await store.changes(0, 100)).toMatchObject({
      trimmed: true,
      last: 10,
      changes: [{ seq: 8 }, { seq: 9 }, { seq: 10 }],
    })
    expect(await store.changes(7, 100)).toMatchObject({ trimmed: false })
    await expect(view.watch('', { after: 2 }).next()).rejects.toMatchObject({
      code: 'SKEIN_FEED_TRIMMED',
      after: 2,
      last: 10,
    })
    expect((await facts.set('k', 'on')).version).toBe(11)
  })

  it('is forgotten from its beginning on only, also after the clock was set back', async () => {
    const path = temporaryPath()
    const driver = sqliteStore({ path, maxChanges: 1, maxChangeAgeMs: 60_000 })
    await using store = await driver.open('default', 'writer')
    const meta = { author: 'me', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
    for (let n = 0; n < 6; n += 1)
      await store.write([{ type: 'set', key: { collection: 'facts', id: 'k' }, value: `${n}`, meta }])
    const db = new Database(path)
    db.exec('UPDATE changes_1 SET at = 0 WHERE seq IN (1, 2, 4)')
    db.close()
    await store.sweep(100)
    const { changes, trimmed } = await store.changes(0, 100)
    expect({ seqs: changes.map(({ seq }) => seq), trimmed }).toEqual({ seqs: [3, 4, 5, 6], trimmed: true })
  })
})

describe('options', () => {
  it.each([[''], [':memory:'], [{ path: 'x', durability: 'none' }], [{ path: 'x', pollMs: 0 }]])(
    '%j are refused',
    (bad) => {
      expect(() => sqliteStore(bad as never)).toThrow(expect.objectContaining({ code: 'SKEIN_OPTION' }))
    },
  )
})

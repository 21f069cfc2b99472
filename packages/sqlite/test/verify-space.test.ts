import { once } from 'node:events'
import {
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { setImmediate } from 'node:timers/promises'

import { openMemory } from '@skein/memory'
import { inspectSpace } from '@skein/memory/runtime'
import type { Corruption, Inspector } from '@skein/memory/store'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'

import { changeTables, filledDatabase, me, openUntilEnd, valueOf } from './filled-database.ts'
import { temporaryPath } from './temporary.ts'

const boss = { id: 'boss', role: 'test', clearance: { level: 'confidential' } } as const
const admin = { id: 'ada', role: 'operator', rights: ['administer'] } as const

/** The pages of a table or an index that hold its rows. */
function leavesOf(path: string, name: string): number[] {
  const db = new Database(path, { readonly: true })
  const sql = `SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' ORDER BY path`
  const pages = db.prepare(sql).pluck().all(name) as number[]
  db.close()
  return pages
}

/** Overwrites a page, as a failing disk may. */
function overwrite(path: string, page: number): void {
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(4_096, 0x5a), 0, 4_096, (page - 1) * 4_096)
  closeSync(file)
}

const corruptionsIn = async (path: string): Promise<Corruption[]> =>
  Array.fromAsync((await openUntilEnd(path)).as(admin).verify())
const inspected = async (path: string): Promise<readonly Corruption[]> =>
  (await inspectSpace({ store: sqliteStore(path) })).corruptions

describe('a damaged record', () => {
  it.each([
    ['value', `value = '"forged"'`, 'f7', '"value":"\\"forged\\""'],
    ['version', 'version = 9', 'f7', '"version":9'],
    ['level', 'level = 1', 'f7', '"level":1'],
    ['tags', `tags = '["t'`, 'f7', '"tags":"[\\"t"'],
    ['author', `author = 'mallory'`, 'f7', '"author":"mallory"'],
    ['type', `value = x'00ff'`, 'f7', '"value":"data:;base64,AP8="'],
    ['tombstone', `author = 'mallory'`, 'gone', '"deleted":1'],
  ])('(its %s) is found, with its raw row, and the others can be used', async (_, sql, id, raw) => {
    const path = await filledDatabase()
    changeTables(path, `UPDATE records_1 SET ${sql} WHERE id = '${id}'`)
    const memory = await openUntilEnd(path)
    const corruptions = await Array.fromAsync(memory.as(admin).verify())
    expect(corruptions.filter(({ kind }) => kind === 'record')).toEqual([
      {
        kind: 'record',
        collection: 'facts',
        id,
        problem: 'It changed after it was written: its checksum does not match.',
        raw: expect.stringContaining(raw),
      },
    ])
    expect(corruptions.filter(({ kind }) => kind !== 'record')).toEqual([])
    const { facts, observations } = memory.as(me)
    expect(await facts.get('f8')).toEqual(valueOf(8))
    expect(await observations.search('fox')).toHaveLength(1)
    await memory.as(boss).facts.set(id, 'written anew')
    expect(await Array.fromAsync(memory.as(admin).verify())).toEqual([])
  })
})

describe('the mark by which journals are listed', () => {
  it('is verified for entries of journals, and for other records, whose next write repairs it', async () => {
    const path = await filledDatabase()
    changeTables(path, 'UPDATE records_1 SET listed = 1 - listed')
    const memory = await openUntilEnd(path)
    const corruptions = await Array.fromAsync(memory.as(admin).verify())
    // Not the deleted fact: nothing lists it.
    expect(Map.groupBy(corruptions, ({ problem }) => problem)).toEqual(
      new Map([
        [
          'It is marked as an entry of a journal, but its collection is not a journal.',
          expect.objectContaining({ length: 21 }) as unknown,
        ],
        [
          'It is not marked as an entry of a journal, so lists by author omit it.',
          [expect.objectContaining({ kind: 'record', collection: 'observations' })],
        ],
      ]),
    )
    for (let index = 0; index < 20; index += 1) await memory.as(me).facts.set(`f${index}`, 'anew', { tags: ['t'] })
    expect(await Array.fromAsync(memory.as(admin).verify())).toMatchObject([
      { collection: 'objects' },
      { collection: 'observations' },
    ])
  })
})

describe('a damaged object', () => {
  const hash = '8b9c1f29'

  it('is found, with its bytes', async () => {
    const path = await filledDatabase()
    changeTables(path, `UPDATE objects_1 SET bytes = CAST('other words' AS BLOB)`)
    expect(await corruptionsIn(path)).toEqual([
      {
        kind: 'object',
        id: expect.stringMatching(/^[0-9a-f]{64}$/),
        problem: 'Its bytes changed after they were written: the hash in its name does not match.',
        raw: 'other words',
      },
    ])
  })

  it('whose name is damaged is found under both names', async () => {
    const path = await filledDatabase()
    changeTables(path, `UPDATE objects_1 SET hash = '${hash}' || substr(hash, 9)`)
    expect(await corruptionsIn(path)).toMatchObject([
      { kind: 'object', id: expect.stringMatching(`^${hash}`), raw: 'the words of a page' },
      {
        kind: 'object',
        id: expect.not.stringMatching(`^${hash}`),
        raw: '',
        problem: expect.stringMatching(/no content/),
      },
    ])
  })
})

describe('the feed', () => {
  it.each([
    [
      'a missing change',
      'DELETE FROM changes_1 WHERE seq = 7',
      { id: '7', problem: 'The feed has a gap here.', raw: '' },
    ],
    ['many missing changes', 'DELETE FROM changes_1 WHERE seq BETWEEN 7 AND 9', { id: '7-9' }],
    ['a missing end', 'DELETE FROM changes_1 WHERE seq = 24', { id: '24', problem: /ends before.* observations\// }],
    ['another version', 'UPDATE changes_1 SET version = 9 WHERE seq = 7', { id: '7', raw: /"version":9/ }],
    [
      'a lower level',
      'UPDATE changes_1 SET level = 1 WHERE seq = 7',
      { id: '7', problem: /record facts\/f6 contradict each other/ },
    ],
  ])('with %s is found damaged', async (_, sql, expected) => {
    const path = await filledDatabase()
    changeTables(path, sql)
    const corruptions = await inspected(path)
    expect(corruptions).toHaveLength(1)
    const texts = Object.entries(expected).map(([name, text]) => [
      name,
      typeof text === 'string' ? text : expect.stringMatching(text),
    ])
    expect(corruptions).toMatchObject([{ kind: 'feed', ...Object.fromEntries(texts) }])
  })

  it('with an unreadable label is found damaged, and can be followed all the same', async () => {
    const path = await filledDatabase()
    // Of a change that is not the newest of its record, nothing else is known.
    changeTables(path, `UPDATE changes_1 SET compartments = '[' WHERE seq = 21`)
    const memory = await openUntilEnd(path)
    expect(await Array.fromAsync(memory.as(admin).verify())).toMatchObject([{ kind: 'feed', id: '21' }])
    await memory.as(me).facts.set('later', 1)
    const stop = new AbortController()
    const changes = memory.as(me).watch('', { after: 20, signal: stop.signal })
    expect((await changes.next()).value).toMatchObject({ seq: 22, id: 'gone', op: 'delete' })
    stop.abort()
    await changes.return()
  })

  it('whose beginning was trimmed is intact', async () => {
    const path = await filledDatabase()
    changeTables(path, 'DELETE FROM changes_1 WHERE seq < 15')
    expect(await corruptionsIn(path)).toEqual([])
    expect(await inspectSpace({ store: sqliteStore(path) })).toMatchObject({ feed: { first: 15, last: 24 } })
  })
})

describe('a file with an unreadable page', () => {
  it('is found, with the records that were lost, and the others are verified and can be used', async () => {
    const path = await filledDatabase(400)
    const leaves = leavesOf(path, 'records_1')
    expect(leaves.length).toBeGreaterThan(10)
    for (const at of [3, 4, 8]) overwrite(path, leaves[at] ?? 0)
    const memory = await openUntilEnd(path)
    const corruptions = await Array.fromAsync(memory.as(admin).verify())
    const lost = corruptions.filter(({ kind }) => kind === 'record').map(({ id }) => id)
    expect(lost.length).toBeGreaterThan(20)
    const { facts } = memory.as(me)
    for (let index = 0; index < 400; index += 1) {
      const read = facts.get(`f${index}`)
      if (lost.includes(`f${index}`)) await expect(read).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
      else expect(await read).toEqual(valueOf(index))
    }
    const { records } = await inspectSpace({ store: sqliteStore(path) })
    expect(records).toMatchObject({ facts: 400 - lost.length, observations: 1, objects: 1 })
    // Two of the pages follow each other.
    const problem = expect.stringMatching(/^The table of records can't be read from row \d+ to \d+: /) as string
    const stretch = { kind: 'file', id: 'records', problem, raw: '' }
    expect(corruptions.filter(({ id }) => id === 'records')).toEqual([stretch, stretch])
    expect(corruptions.filter(({ kind, id }) => kind === 'file' && id === '').length).toBeGreaterThan(0)
  })

  it.each(['objects_1', 'changes_1', 'by_key_1', 'postings_1'])('(of %s) is found', async (name) => {
    const path = await filledDatabase(400)
    const leaves = leavesOf(path, name)
    overwrite(path, leaves[Math.floor(leaves.length / 2)] ?? 0)
    const corruptions = await inspected(path)
    const kinds = new Set(corruptions.map(({ kind, id }) => (kind === 'file' ? `file ${id}`.trim() : kind)))
    const expected = { objects_1: ['file objects', 'object', 'file'], changes_1: ['feed', 'file'] }[name] ?? ['file']
    expect([...kinds].toSorted()).toEqual(expected.toSorted())
    const { records } = await inspectSpace({ store: sqliteStore(path) })
    expect(records).toMatchObject({ facts: 400 })
  })

  it('because it was truncated is found, and the rest of it is verified', async () => {
    const path = await filledDatabase(400)
    truncateSync(path, Math.floor(statSync(path).size / 8_192) * 4_096)
    await expect(openMemory({ store: sqliteStore(path) })).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
    expect(await sqliteStore(path).spaces()).toEqual(['default'])
    const { records, feed, corruptions } = await inspectSpace({ store: sqliteStore(path) })
    expect(records.facts).toBeGreaterThan(50)
    expect(records.facts).toBeLessThan(400)
    expect(feed).toBeUndefined()
    expect(corruptions).toContainEqual({ kind: 'file', id: '', problem: expect.stringMatching(/\w/), raw: '' })
  })

  it('because it was truncated while it was open is found by the memory', async () => {
    const path = await filledDatabase(400)
    const memory = await openUntilEnd(path)
    const { facts } = memory.as(me)
    expect(await facts.get('f1')).toEqual(valueOf(1))
    truncateSync(path, Math.floor(statSync(path).size / 8_192) * 4_096)
    const kinds = (await Array.fromAsync(memory.as(admin).verify())).map(({ kind }) => kind)
    expect(kinds).toContain('file')
  })

  it('that lost the names of its spaces is refused, not taken for an empty one', async () => {
    const path = await filledDatabase()
    changeTables(path, 'DELETE FROM spaces')
    await expect(sqliteStore(path).spaces()).rejects.toMatchObject({
      code: 'SKEIN_CORRUPT',
      message: expect.stringMatching(/tables for 1 spaces, but names for 0/),
    })
  })

  it('that is the first one is refused as no database', async () => {
    const path = await filledDatabase()
    overwrite(path, 1)
    await expect(inspectSpace({ store: sqliteStore(path) })).rejects.toMatchObject({ code: 'SKEIN_STORE_FORMAT' })
    await expect(sqliteStore(path).spaces()).rejects.toMatchObject({ code: 'SKEIN_STORE_FORMAT' })
  })
})

describe('verification', () => {
  it('leaves the file and its folder as they were, also after a crash', async () => {
    const path = await filledDatabase()
    const state = (): unknown =>
      readdirSync(dirname(path)).map((name) => [name, readFileSync(`${dirname(path)}/${name}`, 'base64')])
    const before = state()
    expect(await inspected(path)).toEqual([])
    expect(state()).toEqual(before)

    const memory = await openUntilEnd(path)
    await memory.as(me).facts.set('f1', 'only in the log')
    const crashed = temporaryPath()
    for (const tail of ['', '-wal']) copyFileSync(path + tail, crashed + tail)
    const contents = (): string[] => ['', '-wal'].map((tail) => readFileSync(crashed + tail, 'base64'))
    const asItWas = contents()
    const { records, feed } = await inspectSpace({ store: sqliteStore(crashed) })
    expect(records).toMatchObject({ facts: 20 })
    expect(feed?.last).toBe(25)
    expect(contents()).toEqual(asItWas)
  })

  it('gives other work its turn after every few hundred records', async () => {
    const path = await filledDatabase(2_000)
    let turn = 0
    let isOver = false
    const counting = (async () => {
      for (; !isOver; turn += 1) await setImmediate()
    })()
    const turns = new Set<number>()
    await using store = await sqliteStore(path).open('default', 'reader')
    const inspector: Inspector = { record: () => void turns.add(turn), object: () => undefined }
    expect(await Array.fromAsync(store.verify(inspector))).toEqual([])
    isOver = true
    await counting
    expect(turns.size).toBeGreaterThanOrEqual(10)
  })

  it('ends when the memory is closed', async () => {
    const memory = await openUntilEnd(await filledDatabase(2_000))
    const corruptions = memory.as(admin).verify()
    const first = corruptions.next()
    await memory.close()
    await expect(first).rejects.toMatchObject({ code: 'SKEIN_CLOSED' })
  })

  it('of a file that does not exist fails, and makes none', async () => {
    const path = temporaryPath()
    expect(await sqliteStore(path).spaces()).toEqual([])
    await expect(inspectSpace({ store: sqliteStore(path) })).rejects.toMatchObject({ code: 'SKEIN_STORE' })
    expect(readdirSync(dirname(path))).toEqual([])
  })

  it('warns of nothing, since it returns what it finds', async () => {
    const path = await filledDatabase()
    changeTables(path, `UPDATE records_1 SET value = '1' WHERE id = 'f1'`)
    const warned: unknown[] = []
    const note = (warning: Error): void => void warned.push(warning)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    expect(await inspected(path)).toHaveLength(1)
    process.emitWarning('the last one')
    await once(process, 'warning')
    expect(warned).toHaveLength(1)
    rmSync(path)
  })
})

import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readlinkSync, statSync, watch } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'

import { openMemory } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { inspectSpace } from '@skein/memory/runtime'
import { sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { expect, it, onTestFinished, vi } from 'vitest'

import { cleanFile } from '../src/writer/clean-file.ts'
import { cleanPage } from '../src/writer/clean-page.ts'
import { temporaryPath } from './temporary.ts'

/** Enough for more pages than are rewritten at once, and more than are cleaned in one step. */
const count = 6_000
const ann = { id: 'ann', role: 'sales' } as const

function open(path: string): Promise<Memory> {
  return openMemory({ store: sqliteStore({ path, durability: 'relaxed' }), history: { versions: 0 } })
}

/** Writes facts of many lengths in an order that has SQLite split pages and move rows, and deletes every third. */
async function fillAndDelete(memory: Memory): Promise<void> {
  const { facts } = memory.as(ann)
  const numbers = Array.from({ length: count }, (_, n) => (n * 7_919) % count)
  const valueOf = (n: number, length: number): string => `${n % 3 === 0 ? 'canary' : 'other'}${n} ${'x'.repeat(length)}`
  await Promise.all(numbers.map((n) => facts.set(`fact/${n}`, valueOf(n, n % 900))))
  await Promise.all(numbers.map((n) => facts.set(`fact/${n}`, valueOf(n, (n * 31) % 1_100))))
  await Promise.all(numbers.filter((n) => n % 3 === 0).map((n) => facts.delete(`fact/${n}`)))
}

/**
 * How often a word lies in any file beside the database. Another process reads them: this one would give up SQLite's
 * locks when it closes them.
 */
function occurrences(path: string, word: string): number {
  const folder = dirname(path)
  const files = readdirSync(folder).map((name) => join(folder, name))
  const text = execFileSync('cat', files, { encoding: 'latin1', maxBuffer: 1e9 })
  return text.split(word).length - 1
}

function checkpoint(path: string): void {
  const db = new Database(path)
  db.pragma('wal_checkpoint(TRUNCATE)')
  db.close()
}

async function expectWhole(path: string): Promise<void> {
  const db = new Database(path, { readonly: true })
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  db.close()
  expect((await inspectSpace({ store: sqliteStore(path) })).corruptions).toEqual([])
}

it('leaves nothing of deleted rows between those that are there, while others write and read', async () => {
  const path = temporaryPath()
  const memory = await open(path)
  await fillAndDelete(memory)
  checkpoint(path)
  // What secure_delete leaves.
  expect(occurrences(path, 'canary')).toBeGreaterThan(0)
  const script = join(import.meta.dirname, 'fixtures/hammering-process.ts')
  const other = spawn(process.execPath, [script, path, 'other', 'relaxed', '20'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  onTestFinished(() => void other.kill('SIGKILL'))
  await once(other.stdout, 'data')
  await using store = await sqliteStore(path).open('default', 'writer')
  const scrubbed = store.scrub().then(() => true)
  const { facts } = memory.as(ann)
  let acknowledged = 0
  while (!(await Promise.race([scrubbed, facts.update('count', () => (acknowledged += 1)).then(() => false)]))) {
    expect(await facts.read('fact/1')).toMatchObject({ version: 2 })
  }
  const written = once(other.stdout, 'data')
  other.stdin.end()
  const [, theirs] = [await once(other, 'close'), Number(String((await written)[0]))]
  // The log has frames of what both wrote since.
  expect(occurrences(path, 'canary')).toBe(0)
  await memory.close()
  const again = await open(path)
  expect(await again.as(ann).facts.get('count')).toBe(acknowledged)
  expect(await again.as(ann).facts.read('other/0')).toMatchObject({ version: theirs })
  await again.close()
  expect(occurrences(path, 'canary')).toBe(0)
  await expectWhole(path)
}, 60_000)

/** A file with a table that has remains of deleted rows, and many pages that are free. */
function withRemains(
  path: string,
  rows: number,
  free: number,
): { readonly db: Database.Database; readonly put: Database.Statement } {
  const db = new Database(path)
  onTestFinished(() => void db.close())
  db.pragma('journal_mode = WAL')
  db.pragma('secure_delete = ON')
  // All pages stay in its memory.
  db.pragma('cache_size = -200000')
  db.exec('CREATE TABLE free (v TEXT); CREATE TABLE t (n INTEGER PRIMARY KEY, k INTEGER, v TEXT)')
  const put = db.prepare('INSERT OR REPLACE INTO t VALUES (?, 0, ?)')
  db.transaction(() => {
    const fill = db.prepare('INSERT INTO free VALUES (?)')
    for (let n = 0; n < free; n += 1) fill.run('f'.repeat(3_600))
  })()
  for (const length of [(n: number) => n % 900, (n: number) => (n * 31) % 1_100]) {
    db.transaction(() => {
      for (let at = 0; at < rows; at += 1) {
        const n = (at * 7_919) % rows
        put.run(n * 10, `${n % 3 === 0 ? 'canary' : 'other'}${n} ${'x'.repeat(length(n))}`)
      }
    })()
  }
  db.exec('DELETE FROM t WHERE n / 10 % 3 = 0; DELETE FROM free')
  db.pragma('wal_checkpoint(TRUNCATE)')
  expect(occurrences(path, 'canary')).toBeGreaterThan(0)
  return { db, put }
}

it('finds remains that move to other pages while it works', () => {
  const path = temporaryPath()
  const { db, put } = withRemains(path, count, 700)
  const exec = Database.prototype.exec
  let begun = 0
  const spy = vi.spyOn(Database.prototype, 'exec').mockImplementation(function (this: Database.Database, sql: string) {
    // Between a look and what is cleaned because of it.
    if (this !== db && sql === 'BEGIN IMMEDIATE' && (begun += 1) === 2) {
      db.transaction(() => {
        for (let n = 1; n < count; n += 3) put.run(n * 10 + 1, `live${'y'.repeat(3_500)}`)
      })()
    }
    return exec.call(this, sql)
  })
  onTestFinished(() => spy.mockRestore())
  cleanFile({ path, busyTimeoutMs: 5_000 })
  expect(begun).toBeGreaterThan(2)
  db.pragma('wal_checkpoint(TRUNCATE)')
  expect(occurrences(path, 'canary')).toBe(0)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
})

it('leaves nothing in the memory of others that they could write back, also after one that failed', () => {
  const path = temporaryPath()
  // So few that they are cleaned in one step.
  const { db } = withRemains(path, 1_200, 0)
  const pragma = Database.prototype.pragma
  // The one before cleans pages, and is ended before others know.
  const spy = vi.spyOn(Database.prototype, 'pragma').mockImplementation(function (
    this: Database.Database,
    sql,
    options,
  ) {
    if (sql.startsWith('user_version = ') && occurrences(path, 'canary') === 0) throw new Error('It is killed.')
    if (this !== db && sql === 'wal_checkpoint(TRUNCATE)') db.exec('UPDATE t SET k = k + 1')
    return pragma.call(this, sql, options)
  })
  onTestFinished(() => spy.mockRestore())
  db.prepare('SELECT sum(k) FROM t').get()
  expect(() => cleanFile({ path, busyTimeoutMs: 5_000 })).toThrow('It is killed.')
  expect(occurrences(path, 'canary')).toBe(0)
  spy.mockImplementation(function (this: Database.Database, sql, options) {
    if (this !== db && sql === 'wal_checkpoint(TRUNCATE)') db.exec('UPDATE t SET k = k + 1')
    return pragma.call(this, sql, options)
  })
  cleanFile({ path, busyTimeoutMs: 5_000 })
  db.pragma('wal_checkpoint(TRUNCATE)')
  expect(occurrences(path, 'canary')).toBe(0)
})

it('cleans the first page, of which it has a copy itself', () => {
  const path = temporaryPath()
  const db = new Database(path)
  onTestFinished(() => void db.close())
  db.pragma('journal_mode = WAL')
  db.pragma('secure_delete = OFF')
  for (let n = 0; n < 6; n += 1) db.exec(`CREATE TABLE canary${n} (v TEXT, w${'z'.repeat((n * 37) % 200)} TEXT)`)
  for (let n = 0; n < 6; n += 1) db.exec(`DROP TABLE canary${n}`)
  db.pragma('wal_checkpoint(TRUNCATE)')
  expect(occurrences(path, 'canary')).toBeGreaterThan(0)
  cleanFile({ path, busyTimeoutMs: 5_000 })
  expect(occurrences(path, 'canary')).toBe(0)
  expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
})

/** Code of a process that scrubs a database. */
const scrubbing = `import { sqliteStore } from ${JSON.stringify(import.meta.resolve('@skein/sqlite'))}
  const store = await sqliteStore(process.argv[1]).open('default', 'writer')
  process.stdout.write('opened')
  await store.scrub()
  await store[Symbol.asyncDispose]()`

function startScrubbing(path: string, ...flags: readonly string[]): ChildProcessByStdio<null, Readable, null> {
  const flagsOfEval = ['--no-warnings', '--input-type=module', '--eval', scrubbing, path]
  const child = spawn(process.execPath, [...flags, ...flagsOfEval], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

it.skipIf(process.platform !== 'linux')(
  'cleans a file as often as it is asked to, and opens it no more often',
  async () => {
    const path = temporaryPath()
    const memory = await open(path)
    await fillAndDelete(memory)
    await using store = await sqliteStore(path).open('default', 'writer')
    const opened: number[] = []
    const lengths = new Set<number>()
    for (let times = 0; times < 12; times += 1) {
      await memory.as(ann).facts.set('fact/1', `canary${times}`)
      await memory.as(ann).facts.delete('fact/1')
      await store.scrub()
      opened.push(readlinks().filter((file) => file === path).length)
      lengths.add(statSync(path).size)
    }
    // Rewriting it would make it shorter.
    expect(lengths.size).toBe(1)
    expect(opened.at(-1)).toBe(opened[2])
    expect(occurrences(path, 'canary')).toBe(0)
    await memory.close()
  },
  60_000,
)

/** What the descriptors of this process mean. */
function readlinks(): string[] {
  return readdirSync('/proc/self/fd').flatMap((name) => {
    try {
      return [readlinkSync(`/proc/self/fd/${name}`)]
    } catch {
      return []
    }
  })
}

it('leaves a file that is whole when the process that cleans it is killed', async () => {
  const path = temporaryPath()
  const memory = await open(path)
  await fillAndDelete(memory)
  await memory.close()
  const scrub = async (changesUntilKill: number): Promise<unknown> => {
    const child = startScrubbing(path)
    await once(child.stdout, 'data')
    let left = changesUntilKill
    const watcher = watch(path, () => {
      left -= 1
      if (left === 0) child.kill('SIGKILL')
    })
    const [code, signal] = (await once(child, 'exit')) as [unknown, unknown]
    watcher.close()
    return signal ?? code
  }
  const ends = []
  for (const changes of [1, 2, 4, 8]) {
    ends.push(await scrub(changes))
    await expectWhole(path)
  }
  // It may have been through before the kill reached it.
  expect(ends).toContain('SIGKILL')
  expect(await scrub(Infinity)).toBe(0)
  expect(occurrences(path, 'canary')).toBe(0)
  await expectWhole(path)
}, 60_000)

it('rewrites the file where it may not look for the descriptor of SQLite', async () => {
  const path = temporaryPath()
  const memory = await open(path)
  await fillAndDelete(memory)
  await memory.close()
  const root = join(import.meta.dirname, '../../..')
  const folders = [root, dirname(path)].map((folder) => `--allow-fs-read=${folder}`)
  const rights = ['--permission', ...folders, `--allow-fs-write=${dirname(path)}`, '--allow-addons', '--allow-worker']
  const pages = (): number => {
    const db = new Database(path, { readonly: true })
    onTestFinished(() => void db.close())
    return db.pragma('page_count', { simple: true }) as number
  }
  const before = pages()
  expect((await once(startScrubbing(path, ...rights), 'exit'))[0]).toBe(0)
  // Cleaning leaves it as long as it was.
  expect(pages()).toBeLessThan(before)
  expect(occurrences(path, 'canary')).toBe(0)
  await expectWhole(path)
}, 60_000)

it('rewrites a file with auto-vacuum, some of whose pages look like others', async () => {
  const path = temporaryPath()
  const memory = await open(path)
  await fillAndDelete(memory)
  await memory.close()
  const db = new Database(path)
  db.pragma('auto_vacuum = FULL')
  db.exec('VACUUM')
  db.close()
  const again = await open(path)
  await again.as(ann).facts.set('fact/1', 'canary')
  await again.as(ann).facts.delete('fact/1')
  await again.close()
  expect((await once(startScrubbing(path), 'exit'))[0]).toBe(0)
  expect(occurrences(path, 'canary')).toBe(0)
  await expectWhole(path)
}, 60_000)

it('overwrites what a page leaves unused, and nothing of a page that is not as SQLite writes it', () => {
  const pages = { size: 512, usable: 512 }
  // A leaf of a table with one row at 500, an unused stretch before it, and a free block at 504.
  const leaf = (): Buffer => {
    const page = Buffer.alloc(512, 'x')
    page.writeUInt8(13, 0)
    page.writeUInt16BE(504, 1)
    page.writeUInt16BE(1, 3)
    page.writeUInt16BE(500, 5)
    page.writeUInt8(0, 7)
    page.writeUInt16BE(500, 8)
    page.write('row!', 500)
    page.writeUInt16BE(0, 504)
    page.writeUInt16BE(8, 506)
    return page
  }
  const page = leaf()
  expect(cleanPage(page, 2, pages)).toBe(true)
  expect(page.subarray(0, 10)).toEqual(leaf().subarray(0, 10))
  expect(page.toString('latin1', 10)).toBe(`${'\0'.repeat(490)}row!\0\0\0\x08${'\0'.repeat(4)}`)
  expect(cleanPage(page, 2, pages)).toBe(false)
  for (const damage of [
    (one: Buffer) => one.writeUInt8(7, 0),
    (one: Buffer) => one.writeUInt16BE(300, 3),
    (one: Buffer) => one.writeUInt16BE(600, 5),
    (one: Buffer) => one.writeUInt16BE(100, 1),
    (one: Buffer) => one.writeUInt16BE(99, 506),
    (one: Buffer) => one.writeUInt16BE(504, 504),
  ]) {
    const damaged = leaf()
    damage(damaged)
    const before = Buffer.from(damaged)
    expect(cleanPage(damaged, 2, pages)).toBe(false)
    expect(damaged).toEqual(before)
  }
})

import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, readdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'

import { openMemory } from '@skein/memory'
import { inspectSpace } from '@skein/memory/runtime'
import { backup, restore, sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'

import { currentFormat, oldestFormat } from '../src/schema/database-format.ts'
import { migrations } from '../src/schema/migrations.ts'
import { formatAfterCrash } from './format-after-crash.ts'
import { answersOf, encryption, oldAnswers, oldDatabase, oldFile, tablesOf } from './old-database.ts'
import { canMount, SmallDisk } from './small-disk.ts'
import { temporaryPath } from './temporary.ts'

const spaces = Object.entries(oldAnswers)
const before = tablesOf(oldFile)
const migrated = { ...before, format: currentFormat }

/** Opens a database for writing and closes it. */
async function openForWriting(path: string, busyTimeoutMs = 10_000): Promise<void> {
  await (await sqliteStore({ path, busyTimeoutMs }).open('default', 'writer'))[Symbol.asyncDispose]()
}

function change(path: string, sql: string): void {
  const db = new Database(path)
  db.exec(sql)
  db.close()
}

const filesBeside = (path: string): string[] => readdirSync(dirname(path)).toSorted()

async function expectAnswers(path: string): Promise<void> {
  for (const [space, answers] of spaces) {
    await using store = await sqliteStore(path).open(space, 'reader')
    expect(await answersOf(store, answers)).toEqual(answers)
    const inspection = await inspectSpace({ store: sqliteStore(path), space, encryption })
    expect(inspection.corruptions).toEqual([])
  }
}

/** The warnings of migrations until the test ends. */
function warnings(): string[] {
  const said: string[] = []
  const note = (warning: NodeJS.ErrnoException): void => {
    if (warning.code === 'SKEIN_MIGRATED') said.push(warning.message)
  }
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  return said
}

type Child = ChildProcessByStdio<null, Readable, Readable>

function runMigration(path: string, id?: string): Child {
  const script = join(import.meta.dirname, 'fixtures/migrating-process.ts')
  const child = spawn(process.execPath, ['--no-warnings', script, path, ...(id === undefined ? [] : ['write', id])], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

it('the steps lead from the oldest format to the current one', () => {
  const formats = migrations.flatMap(({ from, to }) => [from, to])
  const expected = Array.from({ length: currentFormat - oldestFormat }, (_, index) => oldestFormat + index)
  expect(formats).toEqual(expected.flatMap((format) => [format, format + 1]))
})

describe('a database of an older format', () => {
  it('is read as it is by a reader, and verified', async () => {
    const path = oldDatabase()
    await expectAnswers(path)
    expect(filesBeside(path)).toEqual(['flock.db'])
    expect(readFileSync(path).equals(readFileSync(oldFile))).toBe(true)
  })

  it('is migrated when it is opened for writing, and everything reads as before', async () => {
    const path = oldDatabase()
    await openForWriting(path)
    expect(tablesOf(path)).toEqual(migrated)
    await expectAnswers(path)
    await using memory = await openMemory({ store: sqliteStore(path), encryption, auditKeepMs: 0 })
    const view = memory.as({
      id: 'ann',
      role: 'sales',
      clearance: { level: 'confidential', compartments: ['finance'] },
    })
    expect(await view.facts.read('pay')).toMatchObject({ value: 4712, version: 2 })
    expect(await view.facts.get('gone')).toBeUndefined()
    expect((await view.facts.set('gone', 'back')).version).toBe(3)
    const { items } = await view.observations.list({ author: 'ann', limit: 1 })
    expect(items).toMatchObject([{ value: 'an internal observation' }])
    expect(await view.observations.search('a goose over the lake')).toHaveLength(4)
    const [page] = (await view.observations.list({ author: 'bob' })).items.flatMap(({ derivedFrom }) => derivedFrom)
    const uses = await view.objects.lineage({ id: page ?? '' }, { direction: 'uses' })
    expect(uses).toHaveLength(2)
    expect(await view.once('count geese', () => 'never')).toMatchObject({ value: 12, reused: true })
  })

  it('has the tables and indexes of a new one afterwards', async () => {
    const [old, fresh] = [oldDatabase(), temporaryPath()]
    const schemaOf = (path: string): unknown => {
      const db = new Database(path)
      const sql = `SELECT name, sql FROM sqlite_schema WHERE name GLOB '*_1' AND name NOT IN ('records_1', 'changes_1') AND sql <> '' ORDER BY 1`
      const objects = db.prepare(sql).all()
      const columns = ['records_1', 'changes_1'].map((table) => db.pragma(`table_info(${table})`))
      db.close()
      // ALTER TABLE writes the text of tables differently, but not its columns.
      return [objects, columns]
    }
    await openForWriting(old)
    await openForWriting(fresh)
    expect(schemaOf(old)).toEqual(schemaOf(fresh))
  })

  it('stays beside it as a copy of its own, which can be opened', async () => {
    const path = oldDatabase()
    chmodSync(path, 0o600)
    const said = warnings()
    await openForWriting(path)
    const copy = `${path}.format-3`
    expect(filesBeside(path)).toEqual(['flock.db', 'flock.db.format-3'])
    expect(tablesOf(copy)).toEqual(before)
    expect(filesBeside(path)).toEqual(['flock.db', 'flock.db.format-3'])
    expect(statSync(copy).mode & 0o777).toBe(0o600)
    await expectAnswers(copy)
    await expect.poll(() => said.filter((text) => text.includes(copy))).toHaveLength(1)
    await openForWriting(path)
    expect(filesBeside(path)).toEqual(['flock.db', 'flock.db.format-3'])
  })

  it('never overwrites another file by its copy, and removes unfinished ones', async () => {
    const path = oldDatabase()
    for (const name of [
      '.format-3',
      '.format-3-2',
      '.format-3-notes.partial',
      '.format-3-2.0123abcd.partial-journal',
    ]) {
      writeFileSync(path + name, 'dear diary')
    }
    await openForWriting(path)
    expect(filesBeside(path)).toEqual(
      ['', '.format-3', '.format-3-2', '.format-3-3', '.format-3-notes.partial'].map((end) => `flock.db${end}`),
    )
    for (const end of ['', '-2', '-notes.partial'])
      expect(readFileSync(`${path}.format-3${end}`, 'utf8')).toBe('dear diary')
    expect(tablesOf(`${path}.format-3-3`)).toEqual(before)
  })

  it('can be backed up and restored, and is migrated when the restored file is opened', async () => {
    const path = oldDatabase()
    const [copy, again] = [`${path}-monday`, `${path}-again`]
    await backup(path, copy)
    expect(tablesOf(copy)).toEqual(before)
    await restore(copy, again)
    expect(tablesOf(again).format).toBe(3)
    await openForWriting(again)
    await expectAnswers(again)
    const { rows } = tablesOf(again)
    expect({ ...rows, spaces: before.rows['spaces'] }).toEqual(before.rows)
    // A backup has no log; it can be opened where it is.
    await openForWriting(copy)
    expect(tablesOf(copy)).toEqual(migrated)
    await expectAnswers(copy)
  })

  it('is refused, and left as it is, if no step leads from its format', async () => {
    for (const [format, remedy] of [
      [2, `format 2, but this Skein reads formats 3 to ${currentFormat}. Use the Skein that wrote it`],
      [
        currentFormat + 1,
        `format ${currentFormat + 1}, but this Skein reads formats 3 to ${currentFormat}. Use a newer Skein`,
      ],
    ] as const) {
      const path = oldDatabase()
      change(path, `PRAGMA user_version = ${format}`)
      const refusal = { code: 'SKEIN_STORE_FORMAT', message: expect.stringMatching(remedy) as string }
      await expect(openForWriting(path)).rejects.toMatchObject(refusal)
      await expect(sqliteStore(path).open('default', 'reader')).rejects.toMatchObject(refusal)
      await expect(sqliteStore(path).spaces()).rejects.toMatchObject(refusal)
      await expect(backup(path, `${path}-copy`)).rejects.toMatchObject(refusal)
      expect(tablesOf(path)).toEqual({ ...before, format })
      expect(filesBeside(path)).toEqual(['flock.db'])
    }
  })

  it('with a damaged record is migrated with it, which stays an error', async () => {
    const path = oldDatabase()
    change(path, `UPDATE records_1 SET value = '"forged"' WHERE id = 'price'`)
    await openForWriting(path)
    const { corruptions } = await inspectSpace({ store: sqliteStore(path), encryption })
    expect(corruptions).toMatchObject([{ kind: 'record', id: 'price' }])
  })

  it('with an unreadable page is not migrated, and keeps no copy', async () => {
    const path = oldDatabase()
    const db = new Database(path, { readonly: true })
    const sql = `SELECT pageno FROM dbstat WHERE name = 'records_1' AND pagetype = 'leaf' ORDER BY path`
    const pages = db.prepare(sql).pluck().all() as number[]
    db.close()
    const bytes = readFileSync(path)
    bytes.fill(0x5a, ((pages[2] ?? 0) - 1) * 4_096, (pages[2] ?? 0) * 4_096)
    writeFileSync(path, bytes)
    await expect(openForWriting(path)).rejects.toMatchObject({ code: 'SKEIN_CORRUPT' })
    expect(filesBeside(path)).toEqual(['flock.db'])
    expect(readFileSync(path).equals(bytes)).toBe(true)
  })
})

describe('while others have the file open', () => {
  it('is refused for those who keep it open, and nothing is changed', async () => {
    const path = oldDatabase()
    const script = join(import.meta.dirname, 'fixtures/reading-process.ts')
    const child = spawn(process.execPath, [script, path], { stdio: ['pipe', 'pipe', 'inherit'] })
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    await expect(openForWriting(path, 100)).rejects.toMatchObject({
      code: 'SKEIN_STORE_BUSY',
      message: expect.stringMatching(/only be migrated while no one else has it open\. Close the processes/) as string,
    })
    expect(tablesOf(path)).toEqual(before)
    expect(filesBeside(path).filter((name) => name.includes('format'))).toEqual([])
    child.stdin.end()
    await once(child, 'close')
    await openForWriting(path)
    expect(tablesOf(path)).toEqual(migrated)
  })

  it('waits until they have closed it', async () => {
    const path = oldDatabase()
    const other = new Database(path)
    other.prepare('SELECT count(*) FROM spaces').get()
    const opening = openForWriting(path)
    await new Promise((resolve) => setImmediate(resolve))
    expect(tablesOf(path)).toEqual(before)
    other.close()
    await opening
    expect(tablesOf(path)).toEqual(migrated)
  })

  it('is refused at once when a reader of the same process keeps it open', async () => {
    const path = oldDatabase()
    const reader = await sqliteStore(path).open('default', 'reader')
    await expect(openForWriting(path, 2 ** 31 - 1)).rejects.toMatchObject({ code: 'SKEIN_STORE_BUSY' })
    await reader[Symbol.asyncDispose]()
    await openForWriting(path)
    expect(tablesOf(path)).toEqual(migrated)
  })

  it('happens once when several processes open it at the same moment, and all of them can write', async () => {
    const path = oldDatabase()
    const ends = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (id) => {
        const child = runMigration(path, id)
        let output = ''
        for (const stream of [child.stdout, child.stderr]) {
          stream.setEncoding('utf8').on('data', (text: string) => (output += text))
        }
        const [code] = (await once(child, 'close')) as [number | null]
        return { code, output }
      }),
    )
    for (const end of ends) expect(end).toEqual({ code: 0, output: 'open\nwritten\n' })
    expect(filesBeside(path)).toEqual(['flock.db', 'flock.db.format-3'])
    expect(tablesOf(`${path}.format-3`)).toEqual(before)
    await using store = await sqliteStore(path).open('default', 'reader')
    for (const author of ['a', 'b', 'c', 'd']) {
      const { records } = await store.query({ collection: 'observations', author, order: 'newest', limit: 9 })
      expect(records).toMatchObject([{ value: `"written by ${author}"` }])
    }
    expect((await inspectSpace({ store: sqliteStore(path), encryption })).corruptions).toEqual([])
  })

  it('happens once when one process opens it several times at the same moment', async () => {
    const path = oldDatabase()
    const stores = await Promise.all(
      ['default', 'other', 'new'].map((space) => sqliteStore(path).open(space, 'writer')),
    )
    await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()))
    expect(filesBeside(path)).toEqual(['flock.db', 'flock.db.format-3'])
    await expectAnswers(path)
  })
})

it.skipIf(!canMount())(
  'a full disk refuses the migration and changes nothing, until there is enough space (needs the right to mount)',
  async () => {
    using disk = new SmallDisk(2)
    const path = join(disk.folder, 'flock.db')
    copyFileSync(oldFile, path)
    const copies = new Set<boolean>()
    for (let pages = 0; ; pages += 2) {
      disk.leave(pages)
      const refused = await openForWriting(path).then(
        () => undefined,
        (error: unknown) => error,
      )
      disk.free()
      if (refused === undefined) break
      expect(refused).toMatchObject({
        code: 'SKEIN_STORE_FULL',
        message: expect.stringMatching(/free some space/) as string,
      })
      copies.add(pages * 4_096 > statSync(oldFile).size)
      const left = tablesOf(path)
      const beside = filesBeside(path).filter((name) => name.includes('format'))
      // There may be space for the migration, but then none to open the migrated file.
      expect([left, beside]).toEqual(left.format === oldestFormat ? [before, []] : [migrated, ['flock.db.format-3']])
    }
    // It was refused while it copied, and while it migrated.
    expect(copies).toEqual(new Set([false, true]))
    expect(tablesOf(path)).toEqual(migrated)
    expect(tablesOf(`${path}.format-3`)).toEqual(before)
  },
)

it('kill -9 at whatever change of a file leaves the old database or the new one with its copy', async () => {
  const formats = new Set<number>()
  for (let changes = 1; changes <= 12; changes += 1) {
    const path = oldDatabase()
    const child = runMigration(path)
    let seen = 0
    const watcher = watch(dirname(path), () => {
      seen += 1
      if (seen === changes) child.kill('SIGKILL')
    })
    await once(child, 'close')
    watcher.close()
    formats.add(await formatAfterCrash(path))
  }
  expect(formats.has(oldestFormat)).toBe(true)
})

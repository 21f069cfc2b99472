import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, linkSync, readdirSync, renameSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

import { openMemory } from '@skein/memory'
import { backup, sqliteStore } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'

import { canMount, SmallDisk } from './small-disk.ts'
import { findStrace, howToGetStrace } from './strace.ts'
import { temporaryPath } from './temporary.ts'

async function set(path: string, value: unknown): Promise<void> {
  await using memory = await openMemory({ store: sqliteStore(path) })
  await memory.as({ id: 'ann', role: 'test' }).facts.set('k', value)
}

async function read(path: string): Promise<unknown> {
  await using memory = await openMemory({ store: sqliteStore(path) })
  return memory.as({ id: 'ann', role: 'test' }).facts.get('k')
}

const refusal = (message: RegExp): object => ({ message: expect.stringMatching(message) as string })

describe('a path', () => {
  it.each(['a.db ', 'a.db\n', 'a.db\t', 'a.db\u00A0', 'file:a.db', 'FILE:///tmp/a.db', 'a\0.db'])(
    'that would name another file, %j, is refused',
    (path) => {
      expect(() => sqliteStore(path)).toThrow(expect.objectContaining({ code: 'SKEIN_OPTION', option: 'path' }))
    },
  )

  it.each(['x'.repeat(231), 'ä'.repeat(116), `${'y/'.repeat(250)}a.db`])('that is too long is refused', (path) => {
    expect(() => sqliteStore(path)).toThrow(expect.objectContaining({ code: 'SKEIN_OPTION', option: 'path' }))
  })

  it.each([' a.db', 'a b.db', 'a?b=c.db', 'a#b.db', 'a%41b.db', 'a\nb.db', '-a.db', 'é.db', 'x'.repeat(230)])(
    'with an odd name, %j, is that file and no other',
    async (name) => {
      const folder = dirname(temporaryPath())
      await set(join(folder, name), 1)
      expect(await read(join(folder, name))).toBe(1)
      await backup(join(folder, name), join(folder, 'copy'))
      expect(readdirSync(folder).toSorted()).toEqual([name, 'copy'].toSorted())
    },
  )

  it('is that of the folder where the store was made, though the process has gone to another one', async () => {
    const [here, there] = [dirname(temporaryPath()), dirname(temporaryPath())]
    const script = `
      import { sqliteStore } from '@skein/sqlite'
      process.chdir(${JSON.stringify(here)})
      const store = sqliteStore(' a.db')
      process.chdir(${JSON.stringify(there)})
      await (await store.open('default', 'writer'))[Symbol.asyncDispose]()`
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { cwd: import.meta.dirname })
    expect([readdirSync(here), readdirSync(there)]).toEqual([[' a.db'], []])
  })

  it('of a folder is refused with a sentence', async () => {
    await expect(sqliteStore(dirname(temporaryPath())).open('default', 'writer')).rejects.toMatchObject(
      refusal(/is a folder.*Name a file in it/),
    )
  })
})

describe('a file with several names', () => {
  it('is one memory by whichever symbolic link, also one that was there before the file', async () => {
    const path = temporaryPath()
    const link = join(dirname(temporaryPath()), 'link.db')
    symlinkSync(path, link)
    await using byLink = await sqliteStore(link).open('default', 'writer')
    await using byName = await sqliteStore(path).open('default', 'writer')
    const seen: string[] = []
    byName.watch(({ id }) => seen.push(id))
    const meta = { author: 'me', tags: [], derivedFrom: [], sensitivity: 'public', compartments: [] } as const
    await byLink.write([{ type: 'set', key: { collection: 'facts', id: 'k' }, value: '1', meta }])
    // One writer: it heard of the change before the write resolved.
    expect(seen).toEqual(['k'])
    expect(existsSync(`${link}-wal`)).toBe(false)
  })

  it('by a hard link is refused for writing, as each name would have a log of its own', async () => {
    const path = temporaryPath()
    await set(path, 1)
    linkSync(path, `${path}-too`)
    await expect(set(path, 2)).rejects.toMatchObject(refusal(/hard link.*Remove the second name/))
    renameSync(`${path}-too`, path)
  })
})

describe.skipIf(!canMount())('a database where nothing may be written (needs the right to mount)', () => {
  it('is read there if it is a backup; of any other it is said what to do', async () => {
    using disk = new SmallDisk(4)
    const path = join(disk.folder, 'a.db')
    await set(path, 1)
    await backup(path, join(disk.folder, 'copy.db'))
    execFileSync('mount', ['-o', 'remount,ro', disk.folder])
    const copy = await sqliteStore(join(disk.folder, 'copy.db')).open('default', 'reader')
    expect(await copy.read([{ collection: 'facts', id: 'k' }])).toMatchObject([{ value: '1' }])
    await copy[Symbol.asyncDispose]()
    for (const role of ['reader', 'writer'] as const) {
      await expect(sqliteStore(path).open('default', role)).rejects.toMatchObject(
        refusal(/not writable.*make a backup/),
      )
    }
    execFileSync('mount', ['-o', 'remount,rw', disk.folder])
  })

  it('is said to be full when there is no space to open it', async () => {
    using disk = new SmallDisk(1)
    disk.leave(0)
    await expect(set(join(disk.folder, 'a.db'), 1)).rejects.toMatchObject({ code: 'SKEIN_STORE_FULL' })
  })
})

const strace = findStrace()

describe.skipIf(!strace)(`a file system that can't share memory (${howToGetStrace})`, () => {
  it('is refused with a sentence', () => {
    const path = temporaryPath()
    // Its index is there already, so that the tracer can tell it from other files.
    const db = new Database(path)
    db.pragma('journal_mode = WAL')
    db.exec('CREATE TABLE t (a)')
    const script = `
      import { sqliteStore } from '@skein/sqlite'
      await sqliteStore(${JSON.stringify(path)}).open('default', 'reader').catch((error) => console.log(error.message))`
    const injected = ['-f', '-qq', '-o', '/dev/null', '-P', `${path}-shm`, '-e', 'inject=mmap:error=ENODEV']
    const command = [process.execPath, '--input-type=module', '-e', script]
    const { stdout } = spawnSync(strace ?? '', [...injected, ...command], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
    })
    db.close()
    expect(stdout).toMatch(new RegExp(`file system of .*${basename(path)} can't share memory.*local disk`))
  })
})

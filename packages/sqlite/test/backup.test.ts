import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { MessageChannel } from 'node:worker_threads'

import { openMemory } from '@skein/memory'
import { inspectSpace, joinMemory } from '@skein/memory/runtime'
import type { Memory, View } from '@skein/memory'
import { backup, restore, sqliteStore } from '@skein/sqlite'
import type { BackupProgress } from '@skein/sqlite'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'

import { canMount, SmallDisk } from './small-disk.ts'
import { temporaryPath } from './temporary.ts'

const boss = { id: 'boss', role: 'test', clearance: { level: 'confidential' } } as const
const secret = { sensitivity: 'confidential' } as const
const encryption = { keys: { k1: randomBytes(32) }, current: 'k1' }

async function open(path: string, space = 'default'): Promise<Memory> {
  const store = sqliteStore({ path, durability: 'relaxed' })
  const memory = await openMemory({ store, space, encryption, auditKeepMs: 0 })
  onTestFinished(() => memory.close())
  return memory
}

/** Fills a memory with a bit of everything. */
async function fill(view: View): Promise<void> {
  await view.facts.set('pay', 4711081547110815, secret)
  for (let value = 0; value < 5; value += 1) await view.facts.set('price', value, { tags: ['t'] })
  await view.facts.set('gone', 1)
  await view.facts.delete('gone')
  const page = await view.objects.put('the words '.repeat(5_000))
  const sealed = await view.objects.put('secret words', secret)
  await view.observations.log({ task: 't', value: 'a red fox', derivedFrom: [page] })
  await view.observations.log({ task: 't', value: 'a grey fox', derivedFrom: [sealed] })
  await view.once('w', () => 'done')
}

/** All that a view shows, whichever way it is asked. */
async function shownBy(view: View): Promise<unknown> {
  const stop = new AbortController()
  const changes = []
  for await (const entry of view.watch('', { after: 0, signal: stop.signal })) {
    changes.push(entry)
    if (entry.collection === 'work') break
  }
  const { items } = await view.observations.list({ task: 't' })
  const objects = items.flatMap(({ derivedFrom }) => derivedFrom)
  return {
    facts: await Promise.all(['pay', 'price', 'gone'].map((key) => view.facts.read(key))),
    past: await Promise.all(['pay', 'price', 'gone'].map((key) => view.facts.history(key))),
    items,
    found: await view.observations.search('fox'),
    objects: await Promise.all(objects.map((id) => view.objects.get({ id, size: 0, mediaType: 'text/plain' }))),
    work: await view.once('w', () => 'never'),
    changes,
  }
}

/** A database with a bit of everything, closed. */
async function filled(): Promise<string> {
  const path = temporaryPath()
  const memory = await open(path)
  await fill(memory.as(boss))
  await memory.close()
  return path
}

function change(path: string, sql: string): void {
  const db = new Database(path)
  db.exec(sql)
  db.close()
}

const beside = (path: string, name: string): string => join(dirname(path), name)
const filesBeside = (path: string): string[] => readdirSync(dirname(path)).toSorted()

describe('a backup', () => {
  it('that is taken while another process writes is complete, and so is each batch in it', async () => {
    const path = temporaryPath()
    const child = spawn(process.execPath, [join(import.meta.dirname, 'fixtures/pair-writing-process.ts'), path])
    onTestFinished(() => void child.kill('SIGKILL'))
    await once(child.stdout, 'data')
    const numbers: number[] = []
    for (const name of ['1.db', '2.db', '3.db']) {
      const copy = beside(path, name)
      const steps: BackupProgress[] = []
      const report = await backup(path, copy, { onProgress: (progress) => steps.push(progress) })
      expect(report).toEqual({ bytes: statSync(copy).size, spaces: ['default'] })
      expect(steps.at(-1)).toMatchObject({ remainingPages: 0, totalPages: report.bytes / 4_096 })

      const { records, feed, corruptions } = await inspectSpace({ store: sqliteStore(copy) })
      expect(corruptions).toEqual([])
      await using store = await sqliteStore(copy).open('default', 'reader')
      const keys = ['left', 'right'].map((id) => ({ collection: 'facts', id }) as const)
      const [left, right] = await store.read(keys)
      expect(left?.value).toBe(right?.value)
      const { number } = JSON.parse(left?.value ?? '') as { number: number }
      expect({ left: left?.version, right: right?.version, ...records, ...feed }).toEqual({
        left: number,
        right: number,
        facts: number + 2,
        first: 1,
        last: 3 * number,
      })
      numbers.push(number)
    }
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b))
    expect(child.exitCode).toBeNull()
  })

  it('shows the database as it was when it began, however much is written meanwhile', async () => {
    const path = temporaryPath()
    const memory = await open(path)
    await memory.as(boss).objects.put(randomBytes(10_000_000))
    await memory.as(boss).facts.set('price', 'before')
    const other = new Database(path)
    const write = other.prepare(`UPDATE records_1 SET author = author || 'x' WHERE id = 'price'`)
    const copy = beside(path, 'copy.db')
    let steps = 0
    const onProgress = (): void => {
      steps += 1
      if (steps < 100) write.run()
    }
    const { bytes } = await backup(path, copy, { onProgress })
    expect(steps).toBeLessThan(10)
    expect(bytes).toBeGreaterThan(10_000_000)
    other.close()
    expect((await inspectSpace({ store: sqliteStore(copy), encryption })).corruptions).toEqual([])
    expect(await (await open(copy)).as(boss).facts.get('price')).toBe('before')
  })

  it('is one file, which also holds what was only in the log', async () => {
    const path = temporaryPath()
    const memory = await open(path)
    await fill(memory.as(boss))
    const copy = beside(path, 'copy.db')
    await backup(path, copy)
    expect(existsSync(`${path}-wal`)).toBe(true)
    expect(filesBeside(path).filter((name) => name.startsWith('copy'))).toEqual(['copy.db'])
    // It can be opened as it is, and then has a log like all others.
    expect(await shownBy((await open(copy)).as(boss))).toEqual(await shownBy(memory.as(boss)))
    expect(existsSync(`${copy}-wal`)).toBe(true)
  })

  it('keeps sealed records sealed', async () => {
    const path = await filled()
    await backup(path, beside(path, 'copy.db'))
    const bytes = readFileSync(beside(path, 'copy.db'))
    expect(bytes.includes('4711081547110815')).toBe(false)
    expect(bytes.includes('secret words')).toBe(false)
    expect(bytes.includes('a red fox')).toBe(true)
  })

  it('has the permissions of the database from the start', async () => {
    const path = await filled()
    chmodSync(path, 0o600)
    const modes: number[] = []
    const onProgress = (): void => {
      for (const name of filesBeside(path)) modes.push(statSync(beside(path, name)).mode & 0o777)
    }
    await backup(path, beside(path, 'copy.db'), { onProgress })
    expect(new Set(modes)).toEqual(new Set([0o600]))
    expect(statSync(beside(path, 'copy.db')).mode & 0o777).toBe(0o600)
  })

  it('replaces another file only with `overwrite`, and then completely', async () => {
    const path = await filled()
    const copy = beside(path, 'copy.db')
    writeFileSync(copy, 'dear diary')
    await expect(backup(path, copy)).rejects.toMatchObject({
      code: 'SKEIN_STORE',
      message: expect.stringMatching(/copy\.db already exists and was left unchanged/),
    })
    expect(readFileSync(copy, 'utf8')).toBe('dear diary')
    await backup(path, copy, { overwrite: true })
    expect(await sqliteStore(copy).spaces()).toEqual(['default'])
    expect(filesBeside(path)).toEqual(['copy.db', 'flock.db'])
  })

  it('does not replace a file that came while it was made', async () => {
    const path = await filled()
    const copy = beside(path, 'copy.db')
    const refused = backup(path, copy, { onProgress: () => writeFileSync(copy, 'dear diary') })
    await expect(refused).rejects.toMatchObject({ code: 'SKEIN_STORE' })
    expect(readFileSync(copy, 'utf8')).toBe('dear diary')
    expect(filesBeside(path)).toEqual(['copy.db', 'flock.db'])
  })

  it('of a damaged file is refused, and the last good one stays', async () => {
    const path = await filled()
    const copy = beside(path, 'copy.db')
    await backup(path, copy)
    const before = readFileSync(copy)
    const db = new Database(path)
    const page = db.prepare(`SELECT rootpage FROM sqlite_schema WHERE name = 'by_seq_1'`).pluck().get() as number
    db.close()
    const bytes = readFileSync(path)
    bytes.fill(0x5a, (page - 1) * 4_096, page * 4_096)
    writeFileSync(path, bytes)
    await expect(backup(path, copy, { overwrite: true })).rejects.toMatchObject({
      code: 'SKEIN_CORRUPT',
      message: expect.stringMatching(/flock\.db is damaged, so it was not copied\. SQLite says: \w/),
    })
    expect(readFileSync(copy).equals(before)).toBe(true)
    expect(filesBeside(path)).toEqual(['copy.db', 'flock.db'])
  })
})

describe('a restored memory', () => {
  it('holds everything under the same versions, in a new incarnation', async () => {
    const path = await filled()
    for (const space of ['a', 'b']) await fill((await open(path, space)).as(boss))
    const [copy, again] = [beside(path, 'copy.db'), beside(path, 'again.db')]
    await backup(path, copy)
    expect(await restore(copy, again)).toEqual({ bytes: statSync(again).size, spaces: ['a', 'b', 'default'] })
    expect(filesBeside(path).filter((name) => name.startsWith('again'))).toEqual(['again.db'])
    for (const space of ['default', 'a', 'b']) {
      const shown = await shownBy((await open(again, space)).as(boss))
      expect(shown).toEqual(await shownBy((await open(path, space)).as(boss)))
      expect((await inspectSpace({ store: sqliteStore(again), space, encryption })).corruptions).toEqual([])
    }
    const incarnations = [path, again].flatMap((file) => {
      const db = new Database(file, { readonly: true })
      const found = db.prepare('SELECT incarnation FROM spaces').pluck().all()
      db.close()
      return found
    })
    expect(new Set(incarnations).size).toBe(6)
    const { facts } = (await open(again)).as(boss)
    expect((await facts.set('price', 'on')).version).toBe(6)
    expect((await facts.set('gone', 1)).version).toBe(3)
  })

  it('goes on above what it replaces: no position, version or fence is used twice, and watchers are told', async () => {
    const path = await filled()
    const copy = beside(path, 'copy.db')
    await backup(path, copy)
    const before = await openMemory({ store: sqliteStore(path), encryption })
    const lost = before.as(boss)
    let version = 0
    for (let count = 0; count < 5; count += 1) ({ version } = await lost.facts.set('price', count))
    const { version: newVersion } = await lost.facts.set('new', 1)
    const claim = await lost.claims.claim('t')
    const last = await lost.feed.last()
    await before.close()

    await restore(copy, path, { overwrite: true })
    const view = (await open(path)).as(boss)
    const at = await view.feed.last()
    expect(at).toBeGreaterThanOrEqual(last)
    await expect(view.watch('facts/', { after: last - 1 }).next()).rejects.toMatchObject({ code: 'SKEIN_FEED_TRIMMED' })
    expect((await view.facts.set('price', 'on')).version).toBeGreaterThan(version)
    expect((await view.facts.set('new', 2)).version).toBeGreaterThan(newVersion)
    expect((await view.claims.claim('t'))?.fence).toBeGreaterThan(claim?.fence ?? Infinity)
    expect((await view.feed.read({ after: at })).trimmed).toBe(false)
    // Later versions follow each other again.
    const { version: next } = await view.facts.set('price', 'on')
    expect((await view.facts.set('price', 'on')).version).toBe(next + 1)
    expect((await inspectSpace({ store: sqliteStore(path), space: 'default', encryption })).corruptions).toEqual([])
  })

  it('answers as of a time before the backup, and says where it does not reach', async () => {
    const path = temporaryPath()
    const before = await open(path)
    const { facts } = before.as(boss)
    const pay = await facts.set('pay', 1, secret)
    const asOf = Math.ceil(pay.updatedAt)
    await expect.poll(() => before.as(boss).now()).toBeGreaterThan(asOf + 1)
    await facts.set('pay', 2, secret)
    await facts.delete('pay')
    for (let value = 0; value < 100; value += 1) await facts.set('often', value)
    const { updatedAt: late } = await facts.set('often', 100)
    const copy = beside(path, 'copy.db')
    await backup(path, copy)
    await facts.set('pay', 'lost')
    await facts.set('often', 'lost')
    await before.close()
    await restore(copy, path, { overwrite: true })
    const memory = await open(path)
    const restored = memory.as(boss)
    const versions = await restored.facts.history('pay')
    expect(versions.map(({ value, deleted }) => (deleted ? 'deleted' : value))).toEqual(['deleted', 2, 1])
    expect(await restored.facts.read('pay', { asOf })).toMatchObject({ value: 1, ...secret })
    expect(await memory.as(boss, { asOf }).facts.get('pay')).toBe(1)
    expect(await memory.as(boss, { asOf: Math.ceil(late) }).facts.getMany(['pay', 'often'])).toEqual([undefined, 100])
    // The newest 20 versions are kept.
    await expect(restored.facts.read('often', { asOf: pay.updatedAt })).resolves.toBeUndefined()
    const early = restored.facts.history('often').then((all) => all.at(-1)?.at ?? 0)
    await expect(restored.facts.read('often', { asOf: (await early) - 1 })).rejects.toMatchObject({
      code: 'SKEIN_HISTORY',
      reachesTo: await early,
    })
    await restored.facts.set('pay', 3)
    expect((await restored.facts.history('pay')).map(({ value }) => value)).toEqual([3, undefined, 2, 1])
    expect((await inspectSpace({ store: sqliteStore(path), space: 'default', encryption })).corruptions).toEqual([])
  })

  it('takes the place of another, whose log goes with it', async () => {
    const path = await filled()
    const copy = beside(path, 'copy.db')
    await backup(path, copy)
    const memory = await open(path)
    await memory.as(boss).facts.set('price', 'too late')
    await expect(restore(copy, path)).rejects.toMatchObject({ code: 'SKEIN_STORE' })
    expect(await memory.as(boss).facts.get('price')).toBe('too late')
    // The log of somebody who was killed: it would be taken for that of the restored file.
    await restore(copy, path, { overwrite: true })
    expect(filesBeside(path)).toEqual(['copy.db', 'flock.db'])
    expect(await (await open(path)).as(boss).facts.get('price')).toBe(4)
  })

  it('refuses everything to those who had the old file open, in all threads, until they open it again', async () => {
    const path = await filled()
    const copy = beside(path, 'copy.db')
    await backup(path, copy)
    const old = await open(path)
    const { port1, port2 } = new MessageChannel()
    old.connect(port1)
    const thread = await joinMemory(port2)
    onTestFinished(() => thread.close())
    const views = [old.as(boss), thread.as(boss)]
    for (const { facts } of views) expect(await facts.get('price')).toBe(4)
    await views[0]?.facts.set('price', 'lost')
    await restore(copy, path, { overwrite: true })

    for (const { facts } of views) {
      await expect(facts.set('price', 'refused')).rejects.toMatchObject({
        code: 'SKEIN_STORE',
        message: expect.stringMatching(/was removed or replaced.*Open the memory again/),
      })
      await expect
        .poll(() => facts.read('price').catch((error: unknown) => error))
        .toMatchObject({ code: 'SKEIN_STORE' })
      // What it has copies of it no longer trusts.
      await expect
        .poll(() => facts.get('price').catch((error: unknown) => error))
        .toMatchObject({ code: 'SKEIN_STORE' })
    }
    const anew = await open(path)
    expect(await anew.as(boss).facts.get('price')).toBe(4)
    await anew.as(boss).facts.set('price', 'kept')
    await thread.close()
    await old.close()
    expect(await (await open(path)).as(boss).facts.get('price')).toBe('kept')
  })

  it('replaces the target of a symbolic link', async () => {
    const path = await filled()
    const [target, link] = [beside(path, 'deep/target.db'), beside(path, 'link.db')]
    mkdirSync(dirname(target))
    await restore(path, target)
    symlinkSync(target, link)
    change(path, 'DELETE FROM records_1')
    await restore(path, link, { overwrite: true, keepDamaged: true })
    expect((await inspectSpace({ store: sqliteStore(target) })).records).toEqual({})
    expect(filesBeside(target)).toEqual(['target.db'])
  })
})

describe('a damaged backup', () => {
  it.each([
    [
      'a record',
      `UPDATE records_1 SET value = '1' WHERE id = 'price'`,
      /copy\.db is damaged at facts\/price in the space "default"/,
    ],
    [
      'an object',
      `UPDATE objects_1 SET bytes = CAST('x' AS BLOB) WHERE length(hash) = 64`,
      /is damaged at object [0-9a-f]{64}/,
    ],
    ['the feed', 'DELETE FROM changes_1 WHERE seq = 3', /is damaged at feed 3 .* has a gap/],
  ])('in %s is refused, or restored as it is with `keepDamaged`', async (_, sql, message) => {
    const path = await filled()
    const copy = beside(path, 'copy.db')
    await backup(path, copy)
    change(copy, sql)
    const before = readFileSync(path)
    await expect(restore(copy, path, { overwrite: true })).rejects.toMatchObject({
      code: 'SKEIN_CORRUPT',
      message: expect.stringMatching(message),
    })
    expect(readFileSync(path).equals(before)).toBe(true)
    expect(filesBeside(path)).toEqual(['copy.db', 'flock.db'])
    await restore(copy, path, { overwrite: true, keepDamaged: true })
    expect((await inspectSpace({ store: sqliteStore(path), encryption })).corruptions).toHaveLength(1)
    expect(await (await open(path)).as(boss).facts.get('pay')).toBe(4711081547110815)
  })

  it.each<[string, (bytes: Buffer) => Buffer, string]>([
    ['cut off', (bytes) => bytes.subarray(0, 4_096 * 5), 'SKEIN_CORRUPT'],
    ['cut off in the first page', (bytes) => bytes.subarray(0, 50), 'SKEIN_CORRUPT'],
    ['overwritten in the middle', (bytes) => bytes.fill(0x5a, 4_096 * 4, 4_096 * 12), 'SKEIN_CORRUPT'],
    ['empty', () => Buffer.alloc(0), 'SKEIN_STORE_FORMAT'],
    ['a text', () => Buffer.from('dear diary, '.repeat(1_000)), 'SKEIN_STORE_FORMAT'],
    // https://sqlite.org/fileformat2.html#user_version_number
    [
      'of another version',
      (bytes) => Buffer.concat([bytes.subarray(0, 60), Buffer.from([0, 0, 0, 99]), bytes.subarray(64)]),
      'SKEIN_STORE_FORMAT',
    ],
    [
      'of another program',
      (bytes) => Buffer.concat([bytes.subarray(0, 68), Buffer.from([1, 2, 3, 4]), bytes.subarray(72)]),
      'SKEIN_STORE_FORMAT',
    ],
  ])('(%s) is refused even with `keepDamaged`, and nothing is changed', async (_, damage, code) => {
    const path = await filled()
    const copy = beside(path, 'copy.db')
    await backup(path, copy)
    writeFileSync(copy, damage(readFileSync(copy)))
    const before = [path, copy].map((file) => readFileSync(file, 'base64'))
    await expect(restore(copy, path, { overwrite: true, keepDamaged: true })).rejects.toMatchObject({ code })
    await expect(backup(copy, path, { overwrite: true })).rejects.toMatchObject({ code })
    expect([path, copy].map((file) => readFileSync(file, 'base64'))).toEqual(before)
    expect(filesBeside(path)).toEqual(['copy.db', 'flock.db'])
  })
})

describe.each([
  ['backup', backup],
  ['restore', restore],
] as const)('%s', (_, copy) => {
  it('leaves nothing behind when it is aborted', async () => {
    const path = await filled()
    const memory = await open(path)
    await memory.as(boss).objects.put(randomBytes(5_000_000))
    await memory.close()
    const stop = new AbortController()
    const reason = new Error('enough')
    let steps = 0
    const onProgress = (): void => {
      steps += 1
      stop.abort(reason)
    }
    await expect(copy(path, beside(path, 'copy.db'), { onProgress, signal: stop.signal })).rejects.toBe(reason)
    expect(steps).toBe(1)
    await expect(copy(path, beside(path, 'copy.db'), { signal: stop.signal })).rejects.toBe(reason)
    expect(filesBeside(path)).toEqual(['flock.db'])
  })

  it('leaves nothing behind when its listener throws', async () => {
    const path = await filled()
    const fault = new Error('deaf')
    const onProgress = (): void => {
      throw fault
    }
    await expect(copy(path, beside(path, 'copy.db'), { onProgress })).rejects.toBe(fault)
    expect(filesBeside(path)).toEqual(['flock.db'])
  })

  it('says what is wrong with its paths', async () => {
    const path = await filled()
    const at = (name: string): string => beside(path, name)
    mkdirSync(at('folder'))
    const cases: readonly [from: string, to: string, code: string, message: RegExp][] = [
      [at('nope.db'), at('copy.db'), 'SKEIN_STORE', /nope\.db does not exist/],
      [path, at('no/where.db'), 'SKEIN_STORE', /folder does not exist/],
      [path, path, 'SKEIN_OPTION', /another file/],
      [path, at('folder'), 'SKEIN_STORE', /folder/],
      [at('folder'), at('copy.db'), 'SKEIN_STORE', /is a folder/],
      [path, '', 'SKEIN_OPTION', /path of a file/],
      ['', path, 'SKEIN_OPTION', /path of a file/],
    ]
    for (const [from, to, code, message] of cases) {
      await expect(copy(from, to, { overwrite: true })).rejects.toMatchObject({
        code,
        message: expect.stringMatching(message),
      })
    }
    expect(filesBeside(path)).toEqual(['flock.db', 'folder'])
    expect((await inspectSpace({ store: sqliteStore(path), encryption })).corruptions).toEqual([])
  })

  it.skipIf(!canMount())(
    'says that the disk is full, and leaves nothing there (needs the right to mount)',
    async () => {
      const path = await filled()
      using disk = new SmallDisk(1)
      const to = join(disk.folder, basename(path))
      // Enough for the copy, and then some.
      for (let pages = 0; pages < 60; pages += 1) {
        disk.leave(pages)
        const refused = await copy(path, to).then(
          () => undefined,
          (error: unknown) => error,
        )
        disk.free()
        if (refused === undefined) {
          expect(pages).toBeGreaterThan(10)
          expect((await inspectSpace({ store: sqliteStore(to), encryption })).corruptions).toEqual([])
          return
        }
        expect(refused).toMatchObject({
          code: 'SKEIN_STORE_FULL',
          message: expect.stringMatching(/flock\.db\..*free some space/),
        })
        expect(readdirSync(disk.folder)).toEqual([])
      }
      expect.unreachable()
    },
  )
})

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'

import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'

import { LogMover } from '../src/writer/log-mover.ts'
import { temporaryPath } from './temporary.ts'

/** What SQLite says of a log, in pages. */
interface Log {
  readonly log: number
  readonly checkpointed: number
}

/** A database whose log is moved, perhaps by a thread that looks elsewhere. It has one table of large rows. */
function logged(path: string, elsewhere = path) {
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE rows (bytes BLOB NOT NULL)')
  const insert = db.prepare('INSERT INTO rows VALUES (zeroblob(40000))')
  const mover = new LogMover(db, elsewhere)
  const look = (): Log => (db.pragma('wal_checkpoint(NOOP)') as [Log])[0]
  onTestFinished(async () => {
    db.close()
    await mover[Symbol.asyncDispose]()
  })
  return {
    db,
    mover,
    /** Writes ten pages or so in each of so many transactions, and lets the event loop turn. */
    write: async (times: number): Promise<void> => {
      for (let time = 0; time < times; time += 1) {
        insert.run()
        mover.committed()
        if (time % 20 === 0) await new Promise((resolve) => setImmediate(resolve))
      }
    },
    /** How many pages are in the log, and not in the file. */
    waiting: () => look().log - look().checkpointed,
    /** How long the log is, in pages. */
    length: () => look().log,
    /** After how many pages SQLite itself moves them. */
    limit: (): unknown => db.pragma('wal_autocheckpoint', { simple: true }),
  }
}

describe('the log of a process that writes much', () => {
  it('is moved by a thread while others write, and begins anew', async () => {
    const path = temporaryPath()
    const { write, waiting, length, limit, db, mover } = logged(path)
    expect(limit()).toBe(1_000)
    await write(450)
    await expect.poll(limit).toBe(6_000)
    for (const times of [250, 300]) {
      await write(times)
      await expect.poll(waiting).toBe(0)
      // SQLite begins a log anew once all of it is in the file.
      await write(8)
      expect(length()).toBeLessThan(200)
    }
    db.close()
    await mover[Symbol.asyncDispose]()
    expect(existsSync(`${path}-wal`)).toBe(false)
  })

  it('stays as long as a reader needs it, and is moved afterwards', async () => {
    const path = temporaryPath()
    const { write, waiting, limit } = logged(path)
    await write(450)
    await expect.poll(limit).toBe(6_000)
    const reader = new Database(path)
    reader.exec('BEGIN')
    const count = (): unknown => reader.prepare('SELECT count(*) FROM rows').pluck().get()
    expect(count()).toBe(450)
    await write(500)
    expect(count()).toBe(450)
    expect(waiting()).toBeGreaterThan(4_000)
    reader.close()
    // The thread may have tried while the reader was there, and tries again when as much was written.
    const afterMore = async (): Promise<number> => {
      await write(50)
      return waiting()
    }
    await expect.poll(afterMore).toBeLessThan(2_000)
  })

  it('begins anew though some reader looks at it at any moment', async () => {
    const path = temporaryPath()
    const { db, write, length, limit } = logged(path)
    await write(450)
    await expect.poll(limit).toBe(6_000)
    // As the store does, which waits for the lock while the event loop turns.
    db.pragma('busy_timeout = 0')
    const readers = [new Database(path), new Database(path)] as const
    onTestFinished(() => readers.forEach((reader) => reader.close()))
    const [begin, end] = [
      (reader: Database.Database) => {
        reader.exec('BEGIN')
        reader.prepare('SELECT count(*) FROM rows').get()
      },
      (reader: Database.Database) => void reader.exec('COMMIT'),
    ]
    begin(readers[0])
    // Each write happens while one of them looks at what was there before it.
    for (let [begun, before, time] = [0, 0, 0]; begun < 2; time += 1) {
      const [old, next] = time % 2 === 0 ? readers : [readers[1], readers[0]]
      await write(1).catch(() => {})
      begin(next)
      end(old)
      const now = length()
      if (now < before) begun += 1
      before = now
      // The thread may be slower than this test.
      if (now > 3_000) await pause(1)
    }
  })

  it('shares the thread with those of other files, which go on when one of them is closed', async () => {
    const [first, second] = [logged(temporaryPath()), logged(temporaryPath())]
    for (const { write } of [first, second]) await write(450)
    for (const { limit } of [first, second]) await expect.poll(limit).toBe(6_000)
    first.db.close()
    await first.mover[Symbol.asyncDispose]()
    await second.write(250)
    await expect.poll(second.waiting).toBe(0)
  })

  it('is moved by SQLite itself where the thread can open nothing', async () => {
    const path = temporaryPath()
    const { write, waiting, limit, mover } = logged(path, `${path}-elsewhere`)
    await write(450)
    await mover[Symbol.asyncDispose]()
    await write(450)
    expect(limit()).toBe(1_000)
    expect(waiting()).toBeLessThan(1_100)
  })

  it('keeps no process alive that has not closed its memory', async () => {
    const child = fork(new URL('fixtures/filling-process.ts', import.meta.url), [temporaryPath()])
    onTestFinished(() => void child.kill('SIGKILL'))
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('that can’t be looked at fails no write', async () => {
    const { db, mover, write } = logged(temporaryPath())
    await write(8)
    db.close()
    for (let time = 0; time < 20; time += 1) expect(() => mover.committed()).not.toThrow()
  })
})

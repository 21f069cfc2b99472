import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'

import { FileGuard } from '../src/file/file-identity.ts'
import { CommitDurability } from '../src/writer/commit-durability.ts'
import { DataVersion } from '../src/writer/data-version.ts'
import { LockTurns } from '../src/writer/lock-turns.ts'
import { TransactionRunner } from '../src/writer/transaction-runner.ts'
import { WriteQueue } from '../src/writer/write-queue.ts'
import { temporaryPath } from './temporary.ts'

interface Opened {
  readonly db: Database.Database
  readonly other: Database.Database
  readonly queue: WriteQueue
  /** Beginnings and ends of transactions as SQLite got them, in order. */
  readonly statements: string[]
  /** Whether each commit waited for the disk. */
  readonly waits: boolean[]
  /** What the state of the tables was notified of, in order. */
  readonly notified: string[]
  add(n: number): Promise<unknown>
}

/** A table of numbers, a queue to it, and another connection as another process has it. */
function open(): Opened {
  const path = temporaryPath()
  const statements: string[] = []
  const waits: boolean[] = []
  let isWaiting = true
  const db = new Database(path, {
    timeout: 0,
    verbose: (text) => {
      const sql = String(text)
      if (sql.startsWith('PRAGMA synchronous')) isWaiting = sql.endsWith('FULL')
      if (sql === 'COMMIT') waits.push(isWaiting)
      if (/^(BEGIN|COMMIT|ROLLBACK)/.test(sql)) statements.push(sql.split(' ')[0] ?? '')
    },
  })
  const other = new Database(path)
  onTestFinished(() => {
    db.close()
    other.close()
  })
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE numbers (n INTEGER NOT NULL)')
  const notified: string[] = []
  const state = {
    invalidate: () => void notified.push('invalidate'),
    committed: () => void notified.push('committed'),
    rolledBack: () => void notified.push('rolled back'),
  }
  const queue = new WriteQueue({
    turns: new LockTurns(path),
    busyTimeoutMs: 100,
    transactions: new TransactionRunner({
      db,
      path,
      file: new FileGuard(path),
      durability: new CommitDurability(db, 'full'),
      states: new Map([['numbers', state]]),
      dataVersion: new DataVersion(db),
      onCommit: () => {},
    }),
  })
  const insert = db.prepare('INSERT INTO numbers VALUES (?)')
  return { db, other, queue, statements, waits, notified, add: (n) => queue.add(() => insert.run(n)) }
}

const numbers = (db: Database.Database): unknown[] => db.prepare('SELECT n FROM numbers ORDER BY n').pluck().all()

describe('a group of writes', () => {
  it('waits for the disk unless nothing in it has to last', async () => {
    const { other, queue, waits, add } = open()
    const fleeting = (): Promise<unknown> => queue.add(() => {}, false)
    await Promise.all([fleeting(), fleeting()])
    await Promise.all([fleeting(), add(1), fleeting()])
    await add(2)
    expect(waits).toEqual([false, true, true])
    expect(numbers(other)).toEqual([1, 2])
  })

  it('fails with all others that wait as long when another process keeps the file locked for too long', async () => {
    const { other, add } = open()
    other.exec('BEGIN IMMEDIATE')
    // More than one group takes.
    const settled = await Promise.allSettled(Array.from({ length: 2_500 }, (_, n) => add(n)))
    other.exec('ROLLBACK')
    for (const one of settled) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'SKEIN_STORE_BUSY' } })
    await add(1)
    expect(numbers(other)).toEqual([1])
  })

  it('waits for the lock of another process while the event loop goes on, and keeps its order', async () => {
    const { other, queue, add } = open()
    other.exec('BEGIN IMMEDIATE')
    const order: string[] = []
    const all = [1, 2].map(async (n) => order.push(`wrote ${String((await add(n)) && n)}`))
    // The lock is let go of by a timer of the loop that waits.
    setTimeout(() => {
      order.push(`locked: ${queue.isLocked}`)
      other.exec('COMMIT')
    }, 20)
    await Promise.all([...all, queue.drain()])
    expect(order).toEqual(['locked: true', 'wrote 1', 'wrote 2'])
    expect(queue.isLocked).toBe(false)
    expect(numbers(other)).toEqual([1, 2])
  })

  it('does not count as waiting that the event loop stood still', async () => {
    const { other, add } = open()
    other.exec('BEGIN IMMEDIATE')
    const written = add(1)
    // It has found the lock by the next turn, and gets no other chance for longer than it may wait.
    setImmediate(() => {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300)
      setTimeout(() => other.exec('COMMIT'), 30)
    })
    await written
    expect(numbers(other)).toEqual([1])
  })

  it('fails alone when it has waited too long; one that came later is written', async () => {
    const { other, add } = open()
    other.exec('BEGIN IMMEDIATE')
    const first = add(1)
    await new Promise((resolve) => setTimeout(resolve, 60))
    const second = add(2)
    await expect(first).rejects.toMatchObject({ code: 'SKEIN_STORE_BUSY' })
    other.exec('COMMIT')
    await second
    expect(numbers(other)).toEqual([2])
  })

  it('is done one by one when the work of one fails: it alone fails, and nothing is done twice', async () => {
    const { db, queue, statements, notified, add } = open()
    const settled = await Promise.allSettled([
      add(1),
      queue.add(() => {
        throw new Error('odd')
      }),
      add(3),
    ])
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    expect(numbers(db)).toEqual([1, 3])
    const [committed, rolledBack] = [
      ['BEGIN', 'COMMIT'],
      ['BEGIN', 'ROLLBACK'],
    ]
    expect(statements).toEqual([rolledBack, committed, rolledBack, committed].flat())
    expect(notified).toEqual(['invalidate', 'rolled back', 'committed', 'rolled back', 'committed'])
    await Promise.all([add(4), add(5)])
    expect(statements.slice(8)).toEqual(committed)
  })

  it('is not tried again when its commit fails', async () => {
    const { db, queue, statements, add } = open()
    db.exec('CREATE TABLE parents (id INTEGER PRIMARY KEY)')
    db.exec('CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)')
    const orphan = queue.add(() => db.exec('INSERT INTO children VALUES (1)'))
    const settled = await Promise.allSettled([orphan, add(1)])
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(numbers(db)).toEqual([])
    expect(statements).toEqual(['BEGIN', 'COMMIT', 'ROLLBACK'])
  })

  it('drops what is cached of the tables only after another connection wrote', async () => {
    const { other, notified, add } = open()
    await add(1)
    await add(2)
    expect(notified).toEqual(['invalidate', 'committed', 'committed'])
    other.exec('INSERT INTO numbers VALUES (3)')
    await add(4)
    expect(notified.slice(3)).toEqual(['invalidate', 'committed'])
  })
})

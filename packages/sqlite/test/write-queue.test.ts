import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'

import { WriteQueue } from '../src/writer/write-queue.ts'
import { temporaryPath } from './temporary.ts'

interface Opened {
  readonly db: Database.Database
  readonly other: Database.Database
  readonly queue: WriteQueue
  /** What the transactions came to, in order. */
  readonly events: string[]
  /** Whether each of them had to last. */
  readonly lasting: boolean[]
  add(n: number): Promise<unknown>
}

/** A table of numbers, a queue to it, and another connection as another process has it. */
function open(): Opened {
  const path = temporaryPath()
  const db = new Database(path, { timeout: 1 })
  const other = new Database(path)
  onTestFinished(() => {
    db.close()
    other.close()
  })
  db.pragma('journal_mode = WAL')
  db.exec('CREATE TABLE numbers (n INTEGER NOT NULL)')
  const events: string[] = []
  const lasting: boolean[] = []
  const queue = new WriteQueue(db, path, {
    starting: (lasts) => lasting.push(lasts),
    begun: () => events.push('begun'),
    committed: () => events.push('committed'),
    rolledBack: () => events.push('rolled back'),
  })
  const insert = db.prepare('INSERT INTO numbers VALUES (?)')
  return { db, other, queue, events, lasting, add: (n) => queue.add(() => insert.run(n)) }
}

const numbers = (db: Database.Database): unknown[] => db.prepare('SELECT n FROM numbers ORDER BY n').pluck().all()

describe('a group of writes', () => {
  it('waits for the disk unless nothing in it has to last', async () => {
    const { other, queue, lasting, add } = open()
    const fleeting = (): Promise<unknown> => queue.add(() => {}, false)
    await Promise.all([fleeting(), fleeting()])
    await Promise.all([fleeting(), add(1), fleeting()])
    await add(2)
    expect(lasting).toEqual([false, true, true])
    expect(numbers(other)).toEqual([1, 2])
  })

  it('is refused at once, with all that waits, when another process keeps the file locked', async () => {
    const { other, events, add } = open()
    other.exec('BEGIN IMMEDIATE')
    // More than one group takes.
    const settled = await Promise.allSettled(Array.from({ length: 2_500 }, (_, n) => add(n)))
    other.exec('ROLLBACK')
    for (const one of settled) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'SKEIN_STORE_BUSY' } })
    expect(events).toEqual(['rolled back'])
    await add(1)
    expect(numbers(other)).toEqual([1])
  })

  it('is done one by one when the work of one fails: it alone fails, and nothing is done twice', async () => {
    const { db, events, queue, add } = open()
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
      ['begun', 'committed'],
      ['begun', 'rolled back'],
    ]
    expect(events).toEqual([rolledBack, committed, rolledBack, committed].flat())
    await Promise.all([add(4), add(5)])
    expect(events.slice(8)).toEqual(committed)
  })

  it('is not tried again when its commit fails', async () => {
    const { db, events, queue, add } = open()
    db.exec('CREATE TABLE parents (id INTEGER PRIMARY KEY)')
    db.exec('CREATE TABLE children (parent INTEGER REFERENCES parents (id) DEFERRABLE INITIALLY DEFERRED)')
    const orphan = queue.add(() => db.exec('INSERT INTO children VALUES (1)'))
    const settled = await Promise.allSettled([orphan, add(1)])
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(numbers(db)).toEqual([])
    expect(events).toEqual(['begun', 'rolled back'])
  })
})

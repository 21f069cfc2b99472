import { parentPort } from 'node:worker_threads'

import { openFile } from '../file/database.ts'
import type { Database, Statement } from '../file/database.ts'

// It imports hardly anything, so that it starts within milliseconds.

/** What the thread is to do with a file. */
export type LogOrder =
  | { readonly type: 'open'; readonly id: number; readonly path: string }
  | { readonly type: 'move' | 'begin' | 'close'; readonly id: number }

/** What it did. */
export interface LogAnswer {
  readonly type: 'opened' | 'moved' | 'closed' | 'failed'
  readonly id: number
}

/** How long to wait for readers of the log, in milliseconds, while nobody can write. */
const readersMs = 30

interface LogFile {
  readonly db: Database
  readonly move: Statement
  /** Moves all of it, and waits for those who still read it, so that the next write begins it anew. */
  readonly begin: Statement
}

const files = new Map<number, LogFile>()

parentPort?.on('message', (order: LogOrder) => {
  parentPort?.postMessage({ type: carryOut(order), id: order.id } satisfies LogAnswer)
})

function carryOut(order: LogOrder): LogAnswer['type'] {
  const file = files.get(order.id)
  if (order.type === 'open') return open(order.id, order.path)
  if (order.type === 'close') files.delete(order.id)
  try {
    if (order.type === 'close') file?.db.close()
    else if (order.type === 'begin') file?.begin.get()
    else file?.move.get()
  } catch {
    // Whoever asked sees how far it came.
  }
  return order.type === 'close' ? 'closed' : 'moved'
}

function open(id: number, path: string): LogAnswer['type'] {
  try {
    const db = openFile(path, { timeout: readersMs, fileMustExist: true })
    db.pragma('trusted_schema = OFF')
    // The log is on the disk before it is moved, and the file before the log is used again.
    db.pragma('synchronous = NORMAL')
    // From here on SQLite knows that there is a log.
    db.pragma('user_version')
    // The first one waits for nobody.
    const [move, begin] = [db.prepare('PRAGMA wal_checkpoint(PASSIVE)'), db.prepare('PRAGMA wal_checkpoint(RESTART)')]
    files.set(id, { db, move, begin })
    return 'opened'
  } catch {
    return 'failed'
  }
}

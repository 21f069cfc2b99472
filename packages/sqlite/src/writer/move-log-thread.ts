import { parentPort } from 'node:worker_threads'

import { openFile } from '../file/database.ts'
import type { Database, Statement } from '../file/database.ts'

// It imports hardly anything, so that it starts within milliseconds.

/** What the thread is to do with a file. */
export type LogOrder =
  | { readonly type: 'open'; readonly id: number; readonly path: string }
  | { readonly type: 'move' | 'close'; readonly id: number }

/** What it did. */
export interface LogAnswer {
  readonly type: 'opened' | 'moved' | 'closed' | 'failed'
  readonly id: number
}

const files = new Map<number, { readonly db: Database; readonly move: Statement }>()

parentPort?.on('message', (order: LogOrder) => {
  parentPort?.postMessage({ type: carryOut(order), id: order.id } satisfies LogAnswer)
})

function carryOut(order: LogOrder): LogAnswer['type'] {
  const file = files.get(order.id)
  if (order.type === 'open') return open(order.id, order.path)
  if (order.type === 'close') files.delete(order.id)
  try {
    if (order.type === 'close') file?.db.close()
    else file?.move.get()
  } catch {
    // Whoever asked sees how far it came.
  }
  return order.type === 'close' ? 'closed' : 'moved'
}

function open(id: number, path: string): LogAnswer['type'] {
  try {
    const db = openFile(path, { timeout: 0, fileMustExist: true })
    db.pragma('trusted_schema = OFF')
    // The log is on the disk before it is moved, and the file before the log is used again.
    db.pragma('synchronous = NORMAL')
    // From here on SQLite knows that there is a log.
    db.pragma('user_version')
    files.set(id, { db, move: db.prepare('PRAGMA wal_checkpoint(PASSIVE)') })
    return 'opened'
  } catch {
    return 'failed'
  }
}

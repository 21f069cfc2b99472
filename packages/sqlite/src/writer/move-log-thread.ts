import { parentPort, workerData } from 'node:worker_threads'

import { openFile } from '../file/database.ts'

// It imports hardly anything, so that it starts within milliseconds.

/** What the thread gets. */
export interface LogThreadData {
  readonly path: string
}

const { path } = workerData as LogThreadData
const db = openFile(path, { timeout: 0, fileMustExist: true })
db.pragma('trusted_schema = OFF')
// The log is on the disk before it is moved, and the file before the log is used again.
db.pragma('synchronous = NORMAL')
// From here on SQLite knows that there is a log.
db.pragma('user_version')
const move = db.prepare('PRAGMA wal_checkpoint(PASSIVE)')

parentPort?.on('message', (order: 'move' | 'close') => {
  if (order === 'close') {
    db.close()
    parentPort?.close()
    return
  }
  try {
    move.get()
  } catch {
    // Whoever asked sees how far it came.
  }
  parentPort?.postMessage('moved')
})
parentPort?.postMessage('ready')

import { parentPort, workerData } from 'node:worker_threads'

import type { ThreadReply } from '../file/ask-thread.ts'
import type { DatabaseFile } from '../file/connection.ts'
import { openFile } from '../file/database.ts'
import type { Database } from '../file/database.ts'

// It imports hardly anything, so that it starts within milliseconds.

/** What kept it from rewriting the file, if anything did. */
export type RewriteFailure = { readonly message: string; readonly code: string | undefined } | undefined

parentPort?.postMessage({ result: rewrite(workerData as DatabaseFile) } satisfies ThreadReply<RewriteFailure>)

/** Nothing else runs in this thread, so SQLite may wait for locks. */
function rewrite({ path, busyTimeoutMs }: DatabaseFile): RewriteFailure {
  let db: Database | undefined
  try {
    db = openFile(path, { timeout: busyTimeoutMs, fileMustExist: true })
    db.pragma('trusted_schema = OFF')
    db.pragma('secure_delete = ON')
    db.exec('VACUUM')
    const [{ busy }] = db.pragma('wal_checkpoint(TRUNCATE)') as [{ readonly busy: number }]
    return busy === 0 ? undefined : { message: 'The checkpoint is not complete.', code: 'SQLITE_BUSY' }
  } catch (error) {
    const { message, code } = error as Error & { readonly code?: string }
    return { message, code }
  } finally {
    db?.close()
  }
}

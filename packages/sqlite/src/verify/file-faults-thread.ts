import { parentPort, workerData } from 'node:worker_threads'

import { toEnvelope } from '@skein/memory/runtime'

import type { ThreadReply } from '../file/ask-thread.ts'
import { openAny } from '../file/connection.ts'
import type { DatabaseFile } from '../file/connection.ts'
import { isUnreadable, wrapError } from '../file/sqlite-errors.ts'

/** What SQLite found, a sentence each. */
export type FileFaults = readonly string[]

parentPort?.postMessage(await answer(workerData as DatabaseFile))

async function answer({ path, busyTimeoutMs }: DatabaseFile): Promise<ThreadReply<FileFaults>> {
  try {
    const db = await openAny({ path, busyTimeoutMs })
    try {
      // `quick_check` does not notice a row that is missing in an index. https://sqlite.org/pragma.html#pragma_integrity_check
      const rows = db.prepare('PRAGMA integrity_check').pluck().all() as string[]
      const lines = rows.flatMap((row) => row.split('\n')).filter((line) => !line.startsWith('*** in database'))
      return { result: lines.filter((line) => line !== 'ok') }
    } catch (error) {
      if (isUnreadable(error)) return { result: [(error as Error).message] }
      throw error
    } finally {
      db.close()
    }
  } catch (error) {
    return { error: toEnvelope(wrapError('verify', path, error)) }
  }
}

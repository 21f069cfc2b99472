import { parentPort, workerData } from 'node:worker_threads'

import { toEnvelope } from '@skein/memory'
import type { ErrorEnvelope } from '@skein/memory'

import { openDamaged } from '../connection.ts'
import { isUnreadable, wrapError } from '../sqlite-errors.ts'
import type { ResolvedSqliteOptions } from '../sqlite-options.ts'

/** What the thread is asked. */
export type FaultQuestion = Pick<ResolvedSqliteOptions, 'path' | 'busyTimeoutMs'>

/** What it answers. */
export type FaultReply = { readonly faults: readonly string[] } | { readonly error: ErrorEnvelope }

parentPort?.postMessage(answer(workerData as FaultQuestion))

function answer({ path, busyTimeoutMs }: FaultQuestion): FaultReply {
  try {
    const db = openDamaged({ path, busyTimeoutMs })
    try {
      // The quick one does not notice a row that its index has lost. https://sqlite.org/pragma.html#pragma_integrity_check
      const rows = db.prepare('PRAGMA integrity_check').pluck().all() as string[]
      const lines = rows.flatMap((row) => row.split('\n')).filter((line) => !line.startsWith('*** in database'))
      return { faults: lines.filter((line) => line !== 'ok') }
    } catch (error) {
      if (isUnreadable(error)) return { faults: [(error as Error).message] }
      throw error
    } finally {
      db.close()
    }
  } catch (error) {
    return { error: toEnvelope(wrapError('check', path, error)) }
  }
}

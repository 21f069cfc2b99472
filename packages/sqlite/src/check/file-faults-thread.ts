import { parentPort, workerData } from 'node:worker_threads'

import { toEnvelope } from '@skein/memory'
import type { ErrorEnvelope } from '@skein/memory'

import { openDamaged } from '../connection.ts'
import { isUnreadable, wrapError } from '../sqlite-errors.ts'
import type { ResolvedSqliteOptions } from '../sqlite-options.ts'

/** What the thread is asked. */
export interface FaultQuestion extends Pick<ResolvedSqliteOptions, 'path' | 'busyTimeoutMs'> {
  /** See https://sqlite.org/pragma.html#pragma_integrity_check */
  readonly pragma: 'quick_check' | 'integrity_check'
}

/** What it answers. */
export type FaultReply = { readonly faults: readonly string[] } | { readonly error: ErrorEnvelope }

parentPort?.postMessage(answer(workerData as FaultQuestion))

function answer({ path, busyTimeoutMs, pragma }: FaultQuestion): FaultReply {
  try {
    const db = openDamaged({ path, busyTimeoutMs })
    try {
      const rows = db.prepare(`PRAGMA ${pragma}`).pluck().all() as string[]
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

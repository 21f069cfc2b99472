import { Worker } from 'node:worker_threads'

import { fromEnvelope, ownFile } from '@skein/memory/runtime'

import type { DatabaseFile } from '../file/connection.ts'
import type { FaultReply } from './file-faults-thread.ts'

/**
 * Lets SQLite check the structure of a file, and each index against its table.
 * That takes longer than reading the file, so a thread of its own does it.
 *
 * @returns what SQLite found, a sentence each.
 * @throws StoreError; the signal's reason.
 */
export async function findFaults(file: DatabaseFile, signal?: AbortSignal): Promise<readonly string[]> {
  signal?.throwIfAborted()
  const { path, busyTimeoutMs } = file
  const threadFile = ownFile('@skein/sqlite', import.meta.url, 'file-faults', './file-faults-thread.js')
  const worker = new Worker(threadFile, { workerData: { path, busyTimeoutMs } satisfies DatabaseFile })
  const stop = (): void => void worker.terminate()
  signal?.addEventListener('abort', stop)
  try {
    const reply = await new Promise<FaultReply | undefined>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject)
      worker.once('exit', () => resolve(undefined))
    })
    signal?.throwIfAborted()
    if (reply === undefined) throw new Error('The thread that checks the file ended without an answer.')
    if ('error' in reply) throw fromEnvelope(reply.error)
    return reply.faults
  } finally {
    signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}

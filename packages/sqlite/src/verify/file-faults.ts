import { Worker } from 'node:worker_threads'

import { fromEnvelope } from '@skein/memory/runtime'

import type { DatabaseFile } from '../file/connection.ts'
import type { FaultReply } from './file-faults-thread.ts'

/**
 * Has SQLite check its file, each index against its table too, in a thread of
 * its own, since that takes longer than reading all of it.
 *
 * @returns what it found, a sentence each: nothing when all is well.
 * @throws StoreError; the signal's reason.
 */
export async function findFaults(file: DatabaseFile, signal?: AbortSignal): Promise<readonly string[]> {
  signal?.throwIfAborted()
  const { path, busyTimeoutMs } = file
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

// The published package is JavaScript, the workspace TypeScript; the URL must name what is there.
const threadFile = new URL(
  import.meta.url.endsWith('.ts') ? './file-faults-thread.ts' : './file-faults-thread.js',
  import.meta.url,
)

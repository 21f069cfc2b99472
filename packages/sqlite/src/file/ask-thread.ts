import { Worker } from 'node:worker_threads'

import { threadFlags, fromEnvelope } from '@skein/memory/runtime'
import type { ErrorEnvelope } from '@skein/memory/runtime'

import type { DatabaseFile } from './connection.ts'

/** What a thread answers: its result, or the error that it failed with. */
export type ThreadReply<Result> = { readonly result: Result } | { readonly error: ErrorEnvelope }

/**
 * Lets a thread of its own do what takes long with a database, so that the event loop continues.
 *
 * @param module - The thread's file. It gets the database as its data, and posts one {@link ThreadReply}.
 * @throws what the thread failed with; the signal's reason.
 */
export async function askThread<Result>(
  module: URL,
  { path, busyTimeoutMs }: DatabaseFile,
  signal?: AbortSignal,
): Promise<Result> {
  signal?.throwIfAborted()
  const worker = new Worker(module, {
    workerData: { path, busyTimeoutMs } satisfies DatabaseFile,
    ...threadFlags(),
  })
  const stop = (): void => void worker.terminate()
  signal?.addEventListener('abort', stop)
  try {
    const reply = await new Promise<ThreadReply<Result> | undefined>((resolve, reject) => {
      worker.once('message', resolve).once('error', reject)
      worker.once('exit', () => resolve(undefined))
    })
    signal?.throwIfAborted()
    if (reply === undefined) throw new Error(`A worker thread for ${path} exited without an answer.`)
    if ('error' in reply) throw fromEnvelope(reply.error)
    return reply.result
  } finally {
    signal?.removeEventListener('abort', stop)
    await worker.terminate()
  }
}

import { Worker } from 'node:worker_threads'

import { threadFlags, fromEnvelope } from '@skein/memory/runtime'
import type { ErrorEnvelope } from '@skein/memory/runtime'

import type { DatabaseFile } from './connection.ts'

/** What a thread answers: its result, or the error that it failed with. */
export type ThreadReply<Result> = { readonly result: Result } | { readonly error: ErrorEnvelope }

/** What a thread gets. */
export interface ThreadFile extends DatabaseFile {
  /** By which SQLite has the file open in this process, if that is known. */
  readonly descriptor?: number | undefined
}

/**
 * Lets a thread of its own do what takes long with a database, so that the event loop continues.
 *
 * @param module - The thread's file. It gets the database as its data, and posts one {@link ThreadReply}.
 * @throws what the thread failed with; the signal's reason.
 */
export async function askThread<Result>(
  module: URL,
  { path, busyTimeoutMs, descriptor }: ThreadFile,
  signal?: AbortSignal,
): Promise<Result> {
  signal?.throwIfAborted()
  const worker = new Worker(module, {
    workerData: { path, busyTimeoutMs, descriptor } satisfies ThreadFile,
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

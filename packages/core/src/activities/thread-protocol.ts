import type { MessagePort } from 'node:worker_threads'

import type { ErrorEnvelope } from '@skein/memory/runtime'
import type { Label, WorkerModule } from '@skein/memory/store'

import type { ActivityTask } from './executor.ts'

/*
 * What the main thread and its worker threads send each other.
 *
 * 1. A thread starts with `ThreadData` and posts its `ThreadPorts` to the pool.
 * 2. The pool (piscina) sends a `ThreadRequest` and gets a `ThreadReply`.
 * 3. Meanwhile, over the events port: `ThreadEvent`s from the thread, `AbortRequest`s to it. They have a port of their
 *    own, so that progress keeps its order and an abort overtakes queued requests.
 */

/** What a thread gets when it starts. */
export interface ThreadData {
  readonly model: WorkerModule
}

/** The two ports that a thread hands over when it starts. */
export interface ThreadPorts {
  readonly threadId: number
  /** For `memory.connect`. */
  readonly memory: MessagePort
  readonly events: MessagePort
}

/** One request to a thread. */
export type ThreadRequest =
  | { readonly type: 'describe'; readonly module: string }
  | {
      readonly type: 'run'
      readonly id: number
      /** Proves to the memory for whom the thread works. */
      readonly pass: string
      readonly task: ActivityTask
    }

/** How a request ended. Errors travel in envelopes: cloning them to another thread would drop their fields. */
export type ThreadReply = { readonly value: unknown } | { readonly error: ErrorEnvelope; readonly label?: Label }

/** What a thread reports while it runs an activity. */
export type ThreadEvent =
  | { readonly type: 'started'; readonly id: number }
  | { readonly type: 'progress'; readonly id: number; readonly value: unknown; readonly label: Label }

/** Asks a thread to abort the request of this id. */
export interface AbortRequest {
  readonly abort: number
  readonly reason: ErrorEnvelope
}

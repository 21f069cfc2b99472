import { MessagePort } from 'node:worker_threads'

import type { Costs, ErrorEnvelope, Span } from '@skein/memory/runtime'
import type { Label, WorkerModule } from '@skein/memory/store'

import type { ActivityTask } from '../activities/executor.ts'

/*
 * What the main thread and its worker threads send each other.
 *
 * 1. A thread starts with `ThreadData` and posts its `ThreadPorts` to the pool.
 * 2. The pool (piscina) sends a `ThreadRequest` and gets a `ThreadReply`.
 * 3. Meanwhile, over the events port: `ThreadEvent`s from the thread, `AbortRequest`s to it. They have a port of their
 *    own, so that progress keeps its order and an abort overtakes queued requests.
 *
 * Only the ports of step 1 go over `parentPort`, which belongs to the modules of users as well.
 */

/** What a thread gets when it starts. */
export interface ThreadData {
  readonly model: WorkerModule
  /** Whether the variable that names the folder of compiled code is not one of the process. */
  readonly hidesCompileCache?: boolean
}

/** The two ports that a thread hands over when it starts. */
export interface ThreadPorts {
  readonly threadId: number
  /** For `memory.connect`. */
  readonly memory: MessagePort
  readonly events: MessagePort
}

/** Whether a message is what a thread hands over when it starts. */
export function isThreadPorts(message: unknown): message is ThreadPorts {
  if (typeof message !== 'object' || message === null) return false
  const { threadId, memory, events } = message as Partial<Record<keyof ThreadPorts, unknown>>
  return typeof threadId === 'number' && memory instanceof MessagePort && events instanceof MessagePort
}

/** What is blamed where a flock is made by what the store's descriptor names. */
export const storeModule = 'The module of the store'

/** One request to a thread. */
export type ThreadRequest =
  | { readonly type: 'describe'; readonly id: number; readonly module: string }
  | {
      readonly type: 'run'
      readonly id: number
      /** Proves to the memory for whom the thread works. */
      readonly pass: string
      readonly task: ActivityTask
    }

/** How a request ended. Errors travel in envelopes: cloning them to another thread would drop their fields. */
export type ThreadReply = { readonly costs?: Costs; readonly spans?: readonly Span[] } & (
  | { readonly value: unknown }
  | { readonly error: ErrorEnvelope; readonly label?: Label }
)

/**
 * What a thread reports of the request of this id: it has begun to load what the request needs, unless that is loaded;
 * it runs the activity; the activity reports something.
 */
export type ThreadEvent =
  | { readonly type: 'loading'; readonly id: number }
  | { readonly type: 'started'; readonly id: number }
  | { readonly type: 'progress'; readonly id: number; readonly value: unknown; readonly label: Label }
  | RefusedModule

/** A thread reports that a module tried to make a flock while it was loaded. */
export interface RefusedModule {
  readonly type: 'refused'
  readonly module: string
  readonly error: ErrorEnvelope
}

/** Asks a thread to abort the request of this id. */
export interface AbortRequest {
  readonly abort: number
  readonly reason: ErrorEnvelope
}

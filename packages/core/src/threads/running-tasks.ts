import { randomUUID } from 'node:crypto'

import type { Principal } from '@skein/memory'
import { warn } from '@skein/memory/runtime'
import type { ThreadPasses } from '@skein/memory/runtime'

import type { RunOptions } from '../activities/executor.ts'
import { ThreadLostError } from '../activities/activity-errors.ts'
import type { ActivityTask } from '../activities/executor.ts'
import type { RefusedModule, ThreadEvent } from './thread-protocol.ts'

/** A task in a worker thread, or on its way there. */
export interface RunningTask {
  readonly id: number
  /** Only the thread that runs it gets this. */
  readonly pass: string
  readonly task: ActivityTask
  readonly options: RunOptions
  /** Its thread, once that has taken it. */
  threadId?: number
  /** Whether other tasks ran in its thread at some time, so that one of them may have cost it the thread. */
  sharedItsThread: boolean
}

/** How many passes stay valid after their tasks. */
const keptPasses = 10_000

/**
 * The tasks of an executor and the threads that they run in. When a thread ends,
 * they decide which of its tasks failed by their own fault.
 */
export class RunningTasks implements ThreadPasses {
  readonly #tasks = new Map<number, RunningTask>()
  readonly #passes = new Map<string, Principal>()
  /** Passes of tasks that have ended: what their threads sent before may arrive after their results. */
  readonly #endedPasses: string[] = []
  /** Threads terminated because an aborted activity did not stop; Node never reuses a thread's id. */
  readonly #abortedThreads = new Set<number>()
  /** Threads terminated because their buffers grew too large, with the error that says so. */
  readonly #overBudgetThreads = new Map<number, Error>()
  #count = 0

  /** A number for a request that no other request has. */
  nextId(): number {
    return (this.#count += 1)
  }

  add(task: ActivityTask, options: RunOptions): RunningTask {
    const running = { id: this.nextId(), pass: randomUUID(), task, options, sharedItsThread: false }
    this.#tasks.set(running.id, running)
    this.#passes.set(running.pass, task.principal)
    return running
  }

  remove({ id, pass }: RunningTask): void {
    if (this.#endedPasses.push(pass) > keptPasses) this.#passes.delete(this.#endedPasses.shift() as string)
    this.#tasks.delete(id)
  }

  principalOf(pass: string): Principal | undefined {
    return this.#passes.get(pass)
  }

  ids(): IterableIterator<number> {
    return this.#tasks.keys()
  }

  /**
   * Takes in what a thread reports of a task.
   *
   * @returns whether anybody still waits for the task.
   */
  onEvent(threadId: number, event: Exclude<ThreadEvent, RefusedModule>): boolean {
    const running = this.#tasks.get(event.id)
    if (!running) return false
    const { onStarted, onProgress, signal } = running.options
    if (running.threadId !== threadId) this.#assign(running, threadId)
    try {
      if (event.type === 'started') onStarted?.()
      else if (event.type === 'progress') onProgress?.(event.value, event.label)
    } catch (error) {
      warn(error)
    }
    return signal?.aborted !== true
  }

  /** A thread is terminated because one of its tasks ignored its abort signal. */
  onAborted(threadId: number): void {
    this.#abortedThreads.add(threadId)
  }

  /** A thread is terminated because its buffers are too large. */
  onOverBudget(threadId: number, why: Error): void {
    this.#overBudgetThreads.set(threadId, why)
  }

  /**
   * Where a task that lost its thread runs again, if it does.
   *
   * The task may have lost the thread through another task there. If an aborted task was to blame, it runs among others
   * again. If nobody knows, it gets a thread to itself, where each task fails by itself only.
   */
  retryPool({ threadId, sharedItsThread }: RunningTask, error: unknown): 'shared' | 'alone' | undefined {
    if (!(error instanceof ThreadLostError) || !sharedItsThread) return undefined
    return threadId !== undefined && this.#abortedThreads.has(threadId) ? 'shared' : 'alone'
  }

  /** The error of a task, with the reason why its thread was terminated where that is known. */
  explain({ threadId, task }: RunningTask, error: unknown): unknown {
    const why = threadId === undefined ? undefined : this.#overBudgetThreads.get(threadId)
    return why && error instanceof ThreadLostError ? new ThreadLostError(task.name, why) : error
  }

  #assign(running: RunningTask, threadId: number): void {
    running.threadId = threadId
    for (const other of this.#tasks.values()) {
      if (other === running || other.threadId !== threadId) continue
      other.sharedItsThread = true
      running.sharedItsThread = true
    }
  }
}

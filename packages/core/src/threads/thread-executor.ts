import type { Memory, Principal } from '@skein/memory'
import type { WorkerModule } from '@skein/memory/store'

import { whenAborted } from '../base/when-aborted.ts'
import type { Model } from '../models/model.ts'
import { abortWithGrace } from '../base/abort-with-grace.ts'
import type { ActivityOutcome, ActivityTask, Executor, ModuleDescription, RunOptions } from '../activities/executor.ts'
import { isMoved } from '../activities/move.ts'
import { descriptorOf } from './descriptor-of.ts'
import { refuseNestedFlock } from './nested-flock.ts'
import { RunningTasks } from './running-tasks.ts'
import type { RunningTask } from './running-tasks.ts'
import { ThreadDispatcher } from './thread-dispatcher.ts'
import { resolveThreadOptions } from './thread-executor-options.ts'
import type { ResolvedThreadOptions, ThreadExecutorOptions } from './thread-executor-options.ts'
import type { ThreadPool } from './thread-pool.ts'

/**
 * Runs activities on worker threads of this process.
 *
 * @throws OptionError when an option is out of range, or the model can't be made in another thread.
 * @throws NestedFlockError in a thread that runs activities itself.
 */
export function threadExecutor(memory: Memory, model: Model, options: ThreadExecutorOptions = {}): Executor {
  refuseNestedFlock()
  return executorOn({ memory, model: descriptorOf(model), options: resolveThreadOptions(options) })
}

/** What an executor works with. */
interface ThreadExecutorParts {
  readonly memory: Memory
  readonly model: WorkerModule
  readonly options: ResolvedThreadOptions
  /** Threads that have started already, with these options and this model. */
  readonly pool?: ThreadPool | undefined
}

/** Runs activities on worker threads, and on those that have started already. */
export function executorOn(parts: ThreadExecutorParts): Executor {
  return new ThreadExecutor(parts)
}

/**
 * Executes tasks on worker threads.
 *
 * The trip of one task, in the order of the methods below:
 *
 * 1. `run` runs it once, or again where another task cost it its thread.
 * 2. `#runOnPool` registers it as running and watches its signal: a task that ignores it loses its thread. The trip goes
 *    on in `thread-dispatcher.ts`.
 */
class ThreadExecutor implements Executor {
  readonly #options: ResolvedThreadOptions
  readonly #descriptions = new Map<string, Promise<ModuleDescription>>()
  readonly #tasks = new RunningTasks()
  readonly #dispatcher: ThreadDispatcher
  #closing: Promise<void> | undefined

  constructor(parts: ThreadExecutorParts) {
    this.#options = parts.options
    this.#dispatcher = new ThreadDispatcher({ ...parts, tasks: this.#tasks })
  }

  get waiting(): number {
    return this.#dispatcher.waiting
  }

  get utilization(): NonNullable<Executor['utilization']> {
    return this.#dispatcher.utilization
  }

  async run(given: ActivityTask, options: RunOptions = {}): Promise<ActivityOutcome> {
    const task = { ...given, principal: this.#inThread(given.principal) }
    this.#dispatcher.requireRoom(task)
    // What is moved is gone with the thread.
    const isOnce = isMoved(task.input)
    for (let { kind } = task; ;) {
      const running = this.#tasks.add(task, options)
      try {
        return await this.#runOnPool(kind, running)
      } catch (error) {
        // Each thread of the compute pool runs one task at a time.
        const again = kind === 'compute' || isOnce ? undefined : this.#tasks.retryPool(running, error)
        if (!again) throw error
        kind = again === 'alone' ? 'compute' : 'io'
        options.onQueued?.()
      } finally {
        this.#tasks.remove(running)
      }
    }
  }

  async #runOnPool(kind: ActivityTask['kind'], running: RunningTask): Promise<ActivityOutcome> {
    const { signal } = running.options
    signal?.throwIfAborted()
    const { id, task } = running
    const abort =
      signal &&
      abortWithGrace(signal, {
        graceMs: this.#options.graceMs,
        request: (reason) => this.#dispatcher.requestAbort(id, reason),
        force: () => {
          if (running.threadId !== undefined) this.#dispatcher.terminate(running.threadId)
        },
      })
    try {
      const reply = this.#dispatcher.request(kind, { type: 'run', id, pass: running.pass, task }, running.options)
      return (await (abort ? Promise.race([reply, abort.forced]) : reply)) as ActivityOutcome
    } catch (error) {
      // Whatever the end of a thread looks like from here: the caller asked for it.
      signal?.throwIfAborted()
      throw this.#tasks.explain(running, error)
    } finally {
      abort?.cancel()
    }
  }

  /** The principal, with those rights that may reach a thread. */
  #inThread(principal: Principal): Principal {
    const { rights = [] } = principal
    return { ...principal, rights: rights.filter((right) => this.#options.rights.includes(right)) }
  }

  prepare(): void {
    this.#dispatcher.prepare()
  }

  async describe(module: string, signal?: AbortSignal): Promise<ModuleDescription> {
    let description = this.#descriptions.get(module)
    if (!description) {
      const request = { type: 'describe', id: this.#tasks.nextId(), module } as const
      description = this.#dispatcher.request(undefined, request) as Promise<ModuleDescription>
      this.#descriptions.set(module, description)
      description.catch(() => this.#descriptions.delete(module))
    }
    const aborted = signal && whenAborted(signal)
    try {
      return await (aborted ? Promise.race([description, aborted.promise]) : description)
    } finally {
      aborted?.cancel()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#dispatcher.close()
    return this.#closing
  }
}

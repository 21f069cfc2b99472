import { OptionError } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import type { Executor, ExecutorFactory } from './activities/executor.ts'
import type { ThreadExecutorOptions } from './threads/thread-executor-options.ts'
import type { Clock } from './base/clock.ts'
import type { Notifier } from './human/notifier.ts'
import type { Budget } from './limits/budget.ts'
import type { Scheduler } from './messages/run-queue.ts'
import type { Model } from './models/model.ts'
import { requireModel } from './models/require-model.ts'
import type { Supervision } from './supervision/supervision.ts'

/** Options of {@link createFlock}. */
export interface FlockOptions {
  /** The memory that the agents share. It stays open when the flock closes. */
  readonly memory: Memory
  /**
   * Worker threads for each kind of activity: how many at most, or everything that can be set.
   *
   * @defaultValue as many as processors that this process may use
   */
  readonly threads?: number | ThreadExecutorOptions
  /** @defaultValue the built-in extractive model */
  readonly model?: Model
  /**
   * Runs the activities: an executor, or a function that creates one, such as `bullmqExecutor({ connection })`. The
   * flock closes it.
   *
   * @defaultValue worker threads
   */
  readonly executor?: Executor | ExecutorFactory
  /**
   * The supervision of agents that are spawned without one.
   *
   * @defaultValue they end
   */
  readonly supervision?: Supervision
  /** Limits the model calls of all agents together; flocks that use the same `id` share the budget. */
  readonly budget?: Budget & { readonly id?: string }
  /**
   * How long an `ask` without a `timeoutMs` waits for its answer, in milliseconds; `Number.POSITIVE_INFINITY` for no
   * limit.
   *
   * @defaultValue 30_000
   */
  readonly askTimeoutMs?: number
  /** Notify people that an agent waits for them. */
  readonly notifiers?: readonly Notifier[]
  /**
   * Where the flock gets its time from.
   *
   * @defaultValue this machine's clock
   */
  readonly clock?: Clock
  /**
   * Decides which agent runs next; see `@skein/core/testing`.
   *
   * @defaultValue one after the other, in slices of 4 ms
   */
  readonly scheduler?: Scheduler
}

const kinds: OptionKinds<FlockOptions> = {
  memory: 'any',
  threads: 'any',
  model: 'any',
  executor: 'any',
  supervision: 'any',
  budget: 'any',
  askTimeoutMs: 'any',
  notifiers: 'any',
  clock: 'object',
  scheduler: 'object',
}

/** @throws OptionError when an option is unknown, missing or of the wrong type. */
export function requireFlockOptions(given: FlockOptions): FlockOptions {
  const options = requireOptions('createFlock', given, kinds)
  const { memory, model, executor, notifiers = [] } = options
  if (model !== undefined) requireModel(model)
  if (typeof memory?.connect !== 'function') {
    throw new OptionError('memory', 'an open memory, such as await openMemory({ store })', memory)
  }
  if (executor !== undefined && typeof executor !== 'function' && typeof executor?.run !== 'function') {
    throw new OptionError(
      'executor',
      'an executor, such as threadExecutor(memory, model), or a function that makes one',
      executor,
    )
  }
  if (!Array.isArray(notifiers)) throw new OptionError('notifiers', 'an array of notifiers', notifiers)
  for (const notifier of notifiers) {
    if (typeof notifier?.notify === 'function') continue
    throw new OptionError('notifiers', 'notifiers, such as consoleNotifier() or webhook({ url, secret })', notifier)
  }
  return options
}

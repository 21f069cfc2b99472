import { isDeepStrictEqual } from 'node:util'

import { OptionError, ownFile, requireOptions } from '@skein/memory/values'
import type { OptionKinds } from '@skein/memory/values'
import type { WorkerModule } from '@skein/memory/store'

import type { Executor, ExecutorFactory } from '../activities/executor.ts'
import type { Model } from '../models/model.ts'
import { descriptorOf } from './descriptor-of.ts'
import { refuseNestedFlock } from './nested-flock.ts'
import { resolveThreadOptions, threadOptionKinds } from './thread-executor-options.ts'
import type { ThreadExecutorOptions } from './thread-executor-options.ts'
import { ThreadPool } from './thread-pool.ts'

/** Options of {@link startThreads}. */
export interface StartThreadsOptions extends ThreadExecutorOptions {
  /**
   * The model of the flock that will use the threads.
   *
   * @defaultValue the built-in one
   */
  readonly model?: Model
}

const kinds: OptionKinds<StartThreadsOptions> = { ...threadOptionKinds, model: 'object' }

/** Threads that start before the flock that uses them: what {@link startThreads} returns. */
export interface StartedThreads extends AsyncDisposable {
  /**
   * Runs activities on these threads: the `executor` of a flock, which closes them. It is for one flock.
   *
   * @throws OptionError when a flock has them already, they have ended, or its model is another.
   */
  readonly executor: ExecutorFactory
  /** Ends the threads, unless a flock has them. */
  close(): Promise<void>
  /** As `close`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Starts the first worker thread before there is a memory or a flock: it loads while the program reads its
 * configuration, opens its memory, and so on.
 *
 * @throws OptionError when an option is out of range, or the model can't be made in another thread; ThreadStartError
 * @throws NestedFlockError in a thread that runs activities itself.
 *
 * @example
 * ```ts
 * import { createFlock, startThreads } from '@skein/core'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const threads = startThreads({ threads: 2 })
 * const memory = await openMemory({ store: mapStore() })
 * const flock = await createFlock({ memory, executor: threads.executor })
 * await flock.close()
 * await memory.close()
 * ```
 */
export function startThreads(given: StartThreadsOptions = {}): StartedThreads {
  refuseNestedFlock()
  const { model, ...rest } = requireOptions('startThreads', given, kinds)
  const options = resolveThreadOptions(rest)
  const descriptor = model ? descriptorOf(model) : builtInModel()
  let pool: ThreadPool | undefined = ThreadPool.start(options, descriptor)
  const close = async (): Promise<void> => {
    const left = pool
    pool = undefined
    left?.close(undefined)
    await left?.destroy(options.graceMs)
  }
  return {
    close,
    [Symbol.asyncDispose]: close,
    executor: async ({ memory, model: wanted }): Promise<Executor> => {
      if (!isDeepStrictEqual(descriptorOf(wanted), descriptor)) {
        throw new OptionError('model', 'the model that startThreads was given', wanted.id)
      }
      const { executorOn } = await import('./thread-executor.ts')
      const taken = pool
      if (!taken)
        throw new OptionError('executor', 'started threads that no flock has, and that have not ended', 'taken')
      pool = undefined
      return executorOn({ memory, model: descriptor, options, pool: taken })
    },
  }
}

/** Named by its file, which the threads load, not this one. */
function builtInModel(): WorkerModule {
  const file = ownFile('@skein/core', import.meta.url, 'start-threads', '../extractive/extractive-model.js')
  return { module: file.href, name: 'extractiveModel', options: undefined }
}

import { extractiveModel } from '@skein/core'
import { threadExecutor } from '@skein/core/executor'
import type { Executor, ModuleDescription } from '@skein/core/executor'
import type { Memory } from '@skein/memory'

/**
 * Reads what modules of activities export, each once, in a thread that ends then: a caller runs none of them itself.
 */
export class ModuleReader {
  readonly #memory: Memory
  readonly #known = new Map<string, Promise<ModuleDescription>>()
  readonly #threads = new Set<Executor>()

  constructor(memory: Memory) {
    this.#memory = memory
  }

  /** @throws ActivityLoadError, FlockClosedError; the signal's reason. */
  async describe(module: string, signal: AbortSignal | undefined): Promise<ModuleDescription> {
    signal?.throwIfAborted()
    const description = this.#known.get(module) ?? this.#read(module)
    this.#known.set(module, description)
    description.catch(() => this.#known.delete(module))
    return untilAborted(description, signal)
  }

  async close(): Promise<void> {
    await Promise.all([...this.#threads].map((thread) => thread[Symbol.asyncDispose]()))
  }

  async #end(thread: Executor): Promise<void> {
    await thread[Symbol.asyncDispose]()
    this.#threads.delete(thread)
  }

  async #read(module: string): Promise<ModuleDescription> {
    const thread = threadExecutor(this.#memory, extractiveModel(), { threads: 1 })
    this.#threads.add(thread)
    try {
      return await thread.describe(module)
    } finally {
      // Nobody waits for its end but `close`.
      void this.#end(thread)
    }
  }
}

/** @throws the signal's reason. */
async function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  const aborted = Promise.withResolvers<never>()
  const onAbort = (): void => aborted.reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    return await Promise.race([promise, aborted.promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

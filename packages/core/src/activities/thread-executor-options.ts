import type { Right } from '@skein/memory'
import { requireDuration, requireInteger, requireOptions, requireStrings } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

/** Options of `threadExecutor`. */
export interface ThreadExecutorOptions {
  /**
   * Threads for each kind of activity; they start with the first activity.
   *
   * @defaultValue the number of processors that this process may use
   */
  readonly threads?: number

  /**
   * `io` activities that one thread runs at once.
   *
   * @defaultValue 32
   */
  readonly ioPerThread?: number

  /**
   * How long an aborted activity may take to stop before its thread is terminated, in milliseconds.
   *
   * @defaultValue 2_000
   */
  readonly graceMs?: number

  /**
   * Largest heap of one thread, in megabytes; an activity that needs more
   * fails, and its thread is replaced. Buffers do not count.
   *
   * @defaultValue Node's own limit
   */
  readonly maxHeapMb?: number

  /**
   * Most memory that the buffers of one thread may take, in megabytes. A thread
   * that takes more is terminated within about 100 ms, and its activities fail.
   * Objects of the memory, which all threads share, do not count.
   *
   * @defaultValue no limit
   */
  readonly maxBufferMb?: number

  /**
   * Rights that principals keep in worker threads. Whatever is not named here never reaches a thread.
   *
   * @defaultValue audit
   */
  readonly rights?: readonly Right[]
}

type Limits = 'maxHeapMb' | 'maxBufferMb'
/** Options with every default filled in; without `maxHeapMb` Node decides. */
export type ResolvedThreadOptions = Required<Omit<ThreadExecutorOptions, Limits>> & Pick<ThreadExecutorOptions, Limits>

const kinds: OptionKinds<ThreadExecutorOptions> = {
  threads: 'any',
  ioPerThread: 'any',
  graceMs: 'any',
  maxHeapMb: 'any',
  maxBufferMb: 'any',
  rights: 'any',
}

/** The most threads that can share one memory, both kinds and the opening thread together. */
const maxThreads = 31

/** @throws OptionError when a number is out of range. */
export function resolveThreadOptions(given: ThreadExecutorOptions): ResolvedThreadOptions {
  const options = requireOptions('threadExecutor', given, kinds)
  const threads = Math.min(navigator.hardwareConcurrency, maxThreads)
  const resolved: ResolvedThreadOptions = { threads, ioPerThread: 32, graceMs: 2_000, rights: ['audit'], ...options }
  requireStrings('rights', resolved.rights)
  requireInteger('threads', resolved.threads, 1, maxThreads)
  requireInteger('ioPerThread', resolved.ioPerThread, 1, 10_000)
  requireDuration('graceMs', resolved.graceMs, 0, 3_600_000)
  if (resolved.maxHeapMb !== undefined) requireInteger('maxHeapMb', resolved.maxHeapMb, 8, 1_000_000)
  if (resolved.maxBufferMb !== undefined) requireInteger('maxBufferMb', resolved.maxBufferMb, 1, 1_000_000)
  return resolved
}

import { OptionError } from '@skein/memory'

/** Options of `threadExecutor`. */
export interface ThreadExecutorOptions {
  /**
   * Threads for each kind of activity; they start with the first one.
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
   * How long an aborted activity may take to end by itself before its thread is ended, in milliseconds.
   *
   * @defaultValue 2_000
   */
  readonly graceMs?: number

  /**
   * Most memory that the values of one thread may take, in megabytes; an
   * activity that needs more fails, and its thread is replaced. Buffers do not count.
   *
   * @defaultValue what Node gives a thread
   */
  readonly maxHeapMb?: number

  /**
   * Most memory that the buffers of one thread may take, in megabytes; a thread
   * that takes more is ended within about 100 ms, and what it ran fails. Objects
   * of the memory, which all threads share, do not count.
   *
   * @defaultValue no limit
   */
  readonly maxBufferMb?: number
}

type Limits = 'maxHeapMb' | 'maxBufferMb'
/** Options with every default filled in; without `maxHeapMb` Node decides. */
export type ResolvedThreadOptions = Required<Omit<ThreadExecutorOptions, Limits>> & Pick<ThreadExecutorOptions, Limits>

/** The most threads that can share one memory, both kinds and the opening thread together. */
const mostThreads = 31

/** @throws OptionError when a number is out of range. */
export function resolveThreadOptions(options: ThreadExecutorOptions): ResolvedThreadOptions {
  const threads = Math.min(navigator.hardwareConcurrency, mostThreads)
  const resolved: ResolvedThreadOptions = { threads, ioPerThread: 32, graceMs: 2_000, ...options }
  requireRange('threads', resolved.threads, 1, mostThreads)
  requireRange('ioPerThread', resolved.ioPerThread, 1, 10_000)
  requireRange('graceMs', resolved.graceMs, 0, 3_600_000)
  if (resolved.maxHeapMb !== undefined) requireRange('maxHeapMb', resolved.maxHeapMb, 8, 1_000_000)
  if (resolved.maxBufferMb !== undefined) requireRange('maxBufferMb', resolved.maxBufferMb, 1, 1_000_000)
  return resolved
}

function requireRange(option: string, value: number, least: number, most: number): void {
  if (Number.isSafeInteger(value) && value >= least && value <= most) return
  throw new OptionError(option, `a whole number from ${least} to ${most}`, value)
}

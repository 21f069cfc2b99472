import type { Right } from '@skein/memory'
import { OptionError, requireDuration, requireInteger, requireOptions, requireStrings } from '@skein/memory/values'
import type { OptionKinds } from '@skein/memory/values'

import { usableProcessors } from './usable-processors.ts'

/** Options of `threadExecutor`. */
export interface ThreadExecutorOptions {
  /**
   * Most threads for each kind of activity; they start with the first activity of the kind, as they are needed.
   *
   * @defaultValue the number of processors that this process may use: those of the machine, or as many as the CPU quota
   * of its container allows
   */
  readonly threads?: number

  /**
   * Threads for each kind of activity that stay when they are idle.
   *
   * @defaultValue 1
   */
  readonly minThreads?: number

  /**
   * How long a thread beyond `minThreads` may be idle before it ends, in milliseconds.
   *
   * @defaultValue 60_000
   */
  readonly idleTimeoutMs?: number

  /**
   * `io` activities that one thread runs at once.
   *
   * @defaultValue 32
   */
  readonly ioPerThread?: number

  /**
   * Most activities of each kind that wait for a thread. One more is refused with `ActivityQueueFullError`.
   *
   * @defaultValue no limit
   */
  readonly maxQueue?: number

  /**
   * How long a module of activities may take to load, in milliseconds, with everything that it awaits at its top level.
   * Then its activities fail with `ActivityLoadError`, and the thread is terminated.
   *
   * @defaultValue 60_000
   */
  readonly loadTimeoutMs?: number

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
   * Largest part of the heap for young objects, in megabytes: Node's `maxYoungGenerationSizeMb`.
   *
   * @defaultValue Node's own limit
   */
  readonly maxYoungHeapMb?: number

  /**
   * Memory for generated code, in megabytes: Node's `codeRangeSizeMb`.
   *
   * @defaultValue Node's own
   */
  readonly codeRangeMb?: number

  /**
   * Stack of a thread, in megabytes: Node's `stackSizeMb`.
   *
   * @defaultValue 4
   */
  readonly stackMb?: number

  /**
   * Most memory that the buffers of one thread may take, in megabytes. A thread
   * that takes more is terminated within about 100 ms, and its activities fail.
   * Objects of the memory, which all threads share, do not count.
   *
   * @defaultValue no limit
   */
  readonly maxBufferMb?: number

  /**
   * Environment variables of the threads.
   *
   * @defaultValue a copy of this thread's
   */
  readonly env?: Readonly<Record<string, string>>

  /**
   * Options of Node.js for the threads, such as `['--import', './setup.js']`.
   *
   * @defaultValue this process's
   */
  readonly execArgv?: readonly string[]

  /**
   * Rights that principals keep in worker threads. Whatever is not named here never reaches a thread.
   *
   * @defaultValue audit
   */
  readonly rights?: readonly Right[]
}

type Filled =
  | 'threads'
  | 'minThreads'
  | 'idleTimeoutMs'
  | 'ioPerThread'
  | 'maxQueue'
  | 'loadTimeoutMs'
  | 'graceMs'
  | 'rights'
/** Options with every default filled in; Node decides about those that are left out. */
export type ResolvedThreadOptions = Required<Pick<ThreadExecutorOptions, Filled>> & Omit<ThreadExecutorOptions, Filled>

const defaults: Omit<ResolvedThreadOptions, 'threads'> = {
  minThreads: 1,
  idleTimeoutMs: 60_000,
  ioPerThread: 32,
  maxQueue: Number.POSITIVE_INFINITY,
  loadTimeoutMs: 60_000,
  graceMs: 2_000,
  rights: ['audit'],
}

/** What each option may be. */
export const threadOptionKinds: OptionKinds<ThreadExecutorOptions> = {
  threads: 'any',
  minThreads: 'any',
  idleTimeoutMs: 'any',
  ioPerThread: 'any',
  maxQueue: 'any',
  loadTimeoutMs: 'any',
  graceMs: 'any',
  maxHeapMb: 'any',
  maxYoungHeapMb: 'any',
  codeRangeMb: 'any',
  stackMb: 'any',
  maxBufferMb: 'any',
  env: 'any',
  execArgv: 'any',
  rights: 'any',
}

/** The most threads that can share one memory, both kinds and the opening thread together. */
const maxThreads = 31

/** Megabytes that a thread may be given: the least with which it starts, and more than any machine has. */
const megabytes = {
  maxHeapMb: [8, 1_000_000],
  maxYoungHeapMb: [1, 1_000_000],
  codeRangeMb: [1, 1_000_000],
  stackMb: [1, 1_000],
  maxBufferMb: [1, 1_000_000],
} as const

/** How many threads of each kind a flock has if nobody says: one for each processor that this process may use, up to 31. */
export function defaultThreads(): number {
  return Math.min(usableProcessors(), maxThreads)
}

/** @throws OptionError when an option is out of range. */
export function resolveThreadOptions(options: ThreadExecutorOptions): ResolvedThreadOptions {
  // An option that is given as `undefined` counts as left out.
  const all = requireOptions('threadExecutor', options, threadOptionKinds)
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
  const resolved: ResolvedThreadOptions = { threads: defaultThreads(), ...defaults, ...given }
  requireStrings('rights', resolved.rights)
  requireInteger('threads', resolved.threads, 1, maxThreads)
  requireInteger('minThreads', resolved.minThreads, 0, resolved.threads)
  requireInteger('ioPerThread', resolved.ioPerThread, 1, 10_000)
  if (resolved.maxQueue !== Number.POSITIVE_INFINITY) requireInteger('maxQueue', resolved.maxQueue, 0)
  requireDuration('idleTimeoutMs', resolved.idleTimeoutMs, 0)
  requireDuration('loadTimeoutMs', resolved.loadTimeoutMs)
  requireDuration('graceMs', resolved.graceMs, 0, 3_600_000)
  for (const [option, [least, most]] of Object.entries(megabytes)) {
    const value = resolved[option as keyof typeof megabytes]
    if (value !== undefined) requireInteger(option, value, least, most)
  }
  if (resolved.execArgv !== undefined) requireStrings('execArgv', resolved.execArgv)
  requireEnv(resolved.env)
  return resolved
}

function requireEnv(env: unknown): void {
  if (env === undefined) return
  const isTexts =
    typeof env === 'object' && env !== null && Object.values(env).every((value) => typeof value === 'string')
  if (!isTexts) throw new OptionError('env', 'an object of strings', env)
}

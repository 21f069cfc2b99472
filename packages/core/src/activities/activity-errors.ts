import { existsSync } from 'node:fs'

import { SkeinError } from '@skein/memory/values'

import { withoutQuery } from './module-url.ts'

/** A module exports no activity of this name. */
export class UnknownActivityError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_UNKNOWN'
  readonly module: string
  readonly activity: string

  constructor(module: string, activity: string, known: readonly string[]) {
    const others = known.length > 0 ? `It exports ${known.join(', ')}.` : 'It exports none.'
    super(`${module} exports no activity "${activity}". ${others} Wrap the function in activity() and export it.`)
    this.module = module
    this.activity = activity
  }
}

/** A person has cancelled a run of an activity, with `view.control`. */
export class ActivityCancelledError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_CANCELLED'
  readonly activity: string
  readonly agent: string
  /** The id of the principal who cancelled it. */
  readonly by: string

  constructor(activity: string, agent: string, by: string) {
    super(`Activity "${activity}" for agent "${agent}" was cancelled by "${by}".`)
    this.activity = activity
    this.agent = agent
    this.by = by
  }
}

/** A module of activities threw while it was loaded. The original error is the `cause`. */
export class ActivityLoadError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_LOAD'
  readonly module: string

  constructor(module: string, cause: unknown) {
    super(`${module} could not be loaded in a worker thread: ${messageOf(cause)}${remedy(module)}`, { cause })
    this.module = module
  }
}

/**
 * A thread that runs activities has created a flock, whose threads would create more flocks without end. This happens
 * if the module of the activities, or the module in a model's or a store's `descriptor`, creates a flock or imports a
 * module that does.
 */
export class NestedFlockError extends SkeinError {
  readonly code = 'SKEIN_NESTED_FLOCK'
  /** The module that made it while it was loaded, if it is known. */
  readonly module: string | undefined

  constructor(module?: string) {
    const who = module === undefined ? 'A thread that runs activities' : `${module}, which worker threads load,`
    super(
      `${who} created a flock, and each of its threads would create another. Keep activities, and what a descriptor names, in modules that neither create a flock nor import one that does; or create it only where \`isMainThread\` of node:worker_threads is true.`,
    )
    this.module = module
  }
}

/** An activity's input or output can't be cloned, so it can't be sent between threads. */
export class ActivityInputError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_INPUT'
  readonly activity: string

  constructor(activity: string, what: 'input' | 'output', cause: unknown) {
    super(
      `The ${what} of activity "${activity}" can't be sent between threads. Send plain data, and move each buffer only once; store large values as objects and send their refs.`,
      { cause },
    )
    this.activity = activity
  }
}

/** An activity ran longer than its `timeoutMs`. The wait for a thread and for its module does not count. */
export class ActivityTimeoutError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_TIMEOUT'
  readonly activity: string
  readonly agent: string
  readonly timeoutMs: number

  constructor(activity: string, agent: string, timeoutMs: number) {
    super(
      `The activity "${activity}" of agent "${agent}" did not finish within ${timeoutMs} ms. Raise timeoutMs, or find out what it waits for.`,
    )
    this.activity = activity
    this.agent = agent
    this.timeoutMs = timeoutMs
  }
}

/** An activity waited longer than its `queueTimeoutMs` until it ran. */
export class ActivityQueueTimeoutError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_QUEUE_TIMEOUT'
  readonly activity: string
  readonly agent: string
  readonly queueTimeoutMs: number

  constructor(activity: string, agent: string, queueTimeoutMs: number) {
    super(
      `The activity "${activity}" of agent "${agent}" did not begin within ${queueTimeoutMs} ms: other activities used all threads, or its module takes that long to load. Start fewer at once, add threads, or raise queueTimeoutMs.`,
    )
    this.activity = activity
    this.agent = agent
    this.queueTimeoutMs = queueTimeoutMs
  }
}

/** As many activities wait as `maxQueue` allows; this one was not added. */
export class ActivityQueueFullError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_QUEUE_FULL'
  readonly activity: string
  readonly maxQueue: number

  constructor(activity: string, maxQueue: number) {
    super(
      `The activity "${activity}" was refused: ${maxQueue} others already wait for a thread (maxQueue). Try later, or start fewer at once.`,
    )
    this.activity = activity
    this.maxQueue = maxQueue
  }
}

/** No worker thread could start. The `cause` says why. */
export class ThreadStartError extends SkeinError {
  readonly code = 'SKEIN_THREAD_START'

  constructor(cause: unknown) {
    super(
      `No worker thread could start: ${messageOf(cause)}. Check \`env\`, \`execArgv\` and the limits of memory that threads are given.`,
      { cause },
    )
  }
}

/** The worker thread that ran an activity ended before the activity did. */
export class ThreadLostError extends SkeinError {
  readonly code = 'SKEIN_THREAD_LOST'
  readonly activity: string

  constructor(activity: string, cause: unknown) {
    super(`The thread that ran activity "${activity}" ended: ${messageOf(cause)}`, { cause })
    this.activity = activity
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** In a built app, most often the module was left out of the build. */
function remedy(module: string): string {
  const url = URL.parse(module)
  if (url?.protocol !== 'file:' || existsSync(withoutQuery(url))) return ''
  return ' There is no such file. Where the app was built, make the module an entry point of the build.'
}

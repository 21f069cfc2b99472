import { existsSync } from 'node:fs'

import { SkeinError } from '@skein/memory'

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

/** A module of activities threw while it was loaded. The original error is the `cause`. */
export class ActivityLoadError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_LOAD'
  readonly module: string

  constructor(module: string, cause: unknown) {
    super(`${module} could not be loaded in a worker thread: ${messageOf(cause)}${remedy(module)}`, { cause })
    this.module = module
  }
}

/** An activity's input or output can't be cloned, so it can't be sent between threads. */
export class ActivityInputError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_INPUT'
  readonly activity: string

  constructor(activity: string, what: 'input' | 'output', cause: unknown) {
    super(
      `The ${what} of activity "${activity}" can't be sent between threads. Send plain data; store large values as objects and send their refs.`,
      { cause },
    )
    this.activity = activity
  }
}

/** An activity ran longer than its `timeoutMs`. */
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
  if (!module.startsWith('file:') || existsSync(new URL(module.replace(/[?#].*$/, '')))) return ''
  return ' There is no such file. Where the app was built, make the module an entry point of the build.'
}

import { SkeinError } from '@skein/memory'

/** Every code that the runtime adds to those of the memory. A code, once published, keeps its meaning. */
export type FlockErrorCode =
  | 'SKEIN_ACTIVITY_UNKNOWN'
  | 'SKEIN_ACTIVITY_LOAD'
  | 'SKEIN_ACTIVITY_INPUT'
  | 'SKEIN_ACTIVITY_TIMEOUT'
  | 'SKEIN_AGENT_LOST'
  | 'SKEIN_AGENT_STOPPED'
  | 'SKEIN_AGENT_TAKEN'
  | 'SKEIN_AGENT_VERSION'
  | 'SKEIN_ASK_TIMEOUT'
  | 'SKEIN_FLOCK_CLOSED'
  | 'SKEIN_HANDED_BACK'
  | 'SKEIN_DECLINED'
  | 'SKEIN_MAILBOX_FULL'
  | 'SKEIN_MAP_REDUCE'
  | 'SKEIN_MESSAGE_UNKNOWN'
  | 'SKEIN_NO_FLOCK'
  | 'SKEIN_NOT_DURABLE'
  | 'SKEIN_THREAD_LOST'
  | 'SKEIN_WEBHOOK'
  | 'SKEIN_WEBHOOK_RETRY'

/** The flock was closed. */
export class FlockClosedError extends SkeinError {
  readonly code = 'SKEIN_FLOCK_CLOSED'

  constructor() {
    super('The flock is closed. Create a new one instead of using this one on.')
  }
}

/** A module has no activity of this name. */
export class UnknownActivityError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_UNKNOWN'
  readonly module: string
  readonly activity: string

  constructor(module: string, activity: string, known: readonly string[]) {
    const others = known.length > 0 ? `It has ${known.join(', ')}.` : 'It exports none.'
    super(`${module} exports no activity "${activity}". ${others} Wrap the function in activity() and export it.`)
    this.module = module
    this.activity = activity
  }
}

/** A module of activities failed while it was loaded. The original error is the `cause`. */
export class ActivityLoadError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_LOAD'
  readonly module: string

  constructor(module: string, cause: unknown) {
    super(
      `${module} could not be loaded in a worker thread: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
    this.module = module
  }
}

/** An activity's input or output can't be sent between threads. */
export class ActivityInputError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_INPUT'
  readonly activity: string

  constructor(activity: string, what: 'input' | 'output', cause: unknown) {
    super(
      `The ${what} of activity "${activity}" can't be sent between threads. Send plain data; put what is large into objects and send its ref.`,
      { cause },
    )
    this.activity = activity
  }
}

/** An activity took longer than it may. */
export class ActivityTimeoutError extends SkeinError {
  readonly code = 'SKEIN_ACTIVITY_TIMEOUT'
  readonly activity: string
  readonly agent: string
  readonly timeoutMs: number

  constructor(activity: string, agent: string, timeoutMs: number) {
    super(
      `The activity "${activity}" of "${agent}" did not end within ${timeoutMs} ms. Give it more time (timeoutMs), or see what it waits for.`,
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
    super(
      `The thread that ran activity "${activity}" ended: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    )
    this.activity = activity
  }
}

/** A message was sent to an agent that has ended. */
export class AgentStoppedError extends SkeinError {
  readonly code = 'SKEIN_AGENT_STOPPED'
  readonly agent: string

  constructor(agent: string, options?: ErrorOptions) {
    super(`The agent "${agent}" has ended. Spawn another one, or ask another agent of its role.`, options)
    this.agent = agent
  }
}

/** A durable agent runs in another process, or did so until just now. */
export class AgentTakenError extends SkeinError {
  readonly code = 'SKEIN_AGENT_TAKEN'
  readonly agent: string

  constructor(agent: string) {
    super(`The agent "${agent}" runs elsewhere. Post to it from here, or resume it when it is free.`)
    this.agent = agent
  }
}

/** The claim on a durable agent was lost: it may run elsewhere, and what it did here since then is not stored. */
export class AgentLostError extends SkeinError {
  readonly code = 'SKEIN_AGENT_LOST'
  readonly agent: string

  constructor(agent: string) {
    super(`The claim on the agent "${agent}" was lost: another process may go on with it. Resume it when it is free.`)
    this.agent = agent
  }
}

/** A durable agent was saved by another version of its definition. */
export class AgentVersionError extends SkeinError {
  readonly code = 'SKEIN_AGENT_VERSION'
  readonly agent: string
  readonly saved: number
  readonly present: number

  constructor(agent: string, saved: number, present: number) {
    const remedy = saved > present ? 'Run the later version.' : 'Give durable() a migrate function.'
    super(`The agent "${agent}" was saved by version ${saved} of its definition, this is version ${present}. ${remedy}`)
    this.agent = agent
    this.saved = saved
    this.present = present
  }
}

/** Something can't be kept over a restart. */
export class NotDurableError extends SkeinError {
  readonly code = 'SKEIN_NOT_DURABLE'
  /** The agent or its definition. */
  readonly agent: string

  constructor(agent: string, why: string, cause?: unknown) {
    super(`"${agent}" can't be durable. ${why}`, cause === undefined ? undefined : { cause })
    this.agent = agent
  }
}

/** An agent did not answer in time. It may still be working. */
export class AskTimeoutError extends SkeinError {
  readonly code = 'SKEIN_ASK_TIMEOUT'
  readonly agent: string
  readonly timeoutMs: number

  constructor(agent: string, type: string, timeoutMs: number) {
    super(
      `The agent "${agent}" did not answer "${type}" within ${timeoutMs} ms. Allow more time, or see what it is busy with.`,
    )
    this.agent = agent
    this.timeoutMs = timeoutMs
  }
}

/** A message was sent that the agent's machine takes in no state. */
export class UnknownMessageError extends SkeinError {
  readonly code = 'SKEIN_MESSAGE_UNKNOWN'
  readonly agent: string
  readonly type: string

  constructor(agent: string, type: string, known: readonly string[] = [], state?: unknown) {
    const where = state === undefined ? '' : `, the present one (${JSON.stringify(state)}) included`
    super(
      `The agent "${agent}" takes no message "${type}" in any state${where}. It takes ${known.join(', ') || 'none'}.`,
    )
    this.agent = agent
    this.type = type
  }
}

/** An agent's mailbox is full and refuses further messages. */
export class MailboxFullError extends SkeinError {
  readonly code = 'SKEIN_MAILBOX_FULL'
  readonly agent: string
  readonly capacity: number

  constructor(agent: string, capacity: number) {
    super(
      `The mailbox of "${agent}" holds ${capacity} messages and takes no more. Send slower, enlarge it, or choose another overflow policy.`,
    )
    this.agent = agent
    this.capacity = capacity
  }
}

/** The person who was asked has given the task back: the agent is to go on without an answer. */
export class HandedBackError extends SkeinError {
  readonly code = 'SKEIN_HANDED_BACK'
  readonly escalation: string
  readonly task: string
  /** What the person said. */
  readonly why: string

  constructor(escalation: string, task: string, why: string) {
    super(`The task "${task}" was handed back: ${why}`)
    this.escalation = escalation
    this.task = task
    this.why = why
  }
}

/** The person who was asked has declined: what the agent asked for is not to be done. */
export class DeclinedError extends SkeinError {
  readonly code = 'SKEIN_DECLINED'
  readonly escalation: string
  readonly task: string
  /** What the person said. */
  readonly why: string

  constructor(escalation: string, task: string, why: string) {
    super(`What was asked about the task "${task}" was declined: ${why}`)
    this.escalation = escalation
    this.task = task
    this.why = why
  }
}

/** Something that works for agents was started by XState alone. */
export class NoFlockError extends SkeinError {
  readonly code = 'SKEIN_NO_FLOCK'

  constructor(what: string) {
    super(`${what} works only in a machine that a flock runs. Start the machine with flock.spawn().`)
  }
}

/** A webhook did not take a notice. Its secret and what was sent stand in no error. */
export class WebhookError extends SkeinError {
  /** With `_RETRY` where another try may succeed. */
  readonly code: 'SKEIN_WEBHOOK' | 'SKEIN_WEBHOOK_RETRY'
  readonly host: string

  constructor(code: 'SKEIN_WEBHOOK' | 'SKEIN_WEBHOOK_RETRY', host: string, what: string, cause?: unknown) {
    super(
      `The webhook at ${host} did not take the notice: ${what}. The escalation waits all the same.`,
      cause === undefined ? undefined : { cause },
    )
    this.code = code
    this.host = host
  }
}

/** Parts of a map-reduce failed; what succeeded stays in the memory and is not computed again. */
export class MapReduceError extends SkeinError {
  readonly code = 'SKEIN_MAP_REDUCE'
  readonly failures: readonly MapFailure[]

  constructor(failures: readonly MapFailure[], total: number) {
    const first = failures[0]
    const why = first?.error instanceof Error ? first.error.message : String(first?.error)
    super(`${failures.length} of ${total} parts failed, the first one (number ${first?.index}): ${why}`, {
      cause: first?.error,
    })
    this.failures = failures
  }
}

/** One part that could not be mapped. */
export interface MapFailure {
  /** Its place among the inputs. */
  readonly index: number
  readonly error: unknown
}

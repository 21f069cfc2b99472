import { SkeinError } from '@skein/memory'

/** A message was sent to an agent that has ended. */
export class AgentStoppedError extends SkeinError {
  readonly code = 'SKEIN_AGENT_STOPPED'
  readonly agent: string

  constructor(agent: string, options?: ErrorOptions) {
    super(`The agent "${agent}" has ended. Spawn a new one, or send to another agent of its role.`, options)
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
      `The agent "${agent}" did not answer "${type}" within ${timeoutMs} ms. Raise timeoutMs of the question or askTimeoutMs of the flock, or find out what it is busy with.`,
    )
    this.agent = agent
    this.timeoutMs = timeoutMs
  }
}

/** The agent's machine handles this type of message in no state. */
export class UnknownMessageError extends SkeinError {
  readonly code = 'SKEIN_MESSAGE_UNKNOWN'
  readonly agent: string
  readonly type: string

  constructor(agent: string, type: string, known: readonly string[] = [], state?: unknown) {
    const where = state === undefined ? '' : `, including the current one (${JSON.stringify(state)})`
    super(
      `The agent "${agent}" takes no message "${type}" in any state${where}. It takes ${known.join(', ') || 'none'}.`,
    )
    this.agent = agent
    this.type = type
  }
}

/** An agent's mailbox is full and rejects further messages. */
export class MailboxFullError extends SkeinError {
  readonly code = 'SKEIN_MAILBOX_FULL'
  readonly agent: string
  readonly capacity: number

  constructor(agent: string, capacity: number) {
    super(
      `The mailbox of "${agent}" holds ${capacity} messages and is full. Send more slowly, raise its capacity, or choose another overflow policy.`,
    )
    this.agent = agent
    this.capacity = capacity
  }
}

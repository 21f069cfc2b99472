import { SkeinError } from '@skein/memory'

/** The person who was asked handed the task back: the agent has to continue without an answer. */
export class HandedBackError extends SkeinError {
  readonly code = 'SKEIN_HANDED_BACK'
  readonly escalation: string
  readonly task: string
  /** The person's reason. */
  readonly why: string

  constructor(escalation: string, task: string, why: string) {
    super(`The task "${task}" was handed back: ${why}`)
    this.escalation = escalation
    this.task = task
    this.why = why
  }
}

/** The person who was asked declined: the agent must not do what it asked for. */
export class DeclinedError extends SkeinError {
  readonly code = 'SKEIN_DECLINED'
  readonly escalation: string
  readonly task: string
  /** The person's reason. */
  readonly why: string

  constructor(escalation: string, task: string, why: string) {
    super(`The request about task "${task}" was declined: ${why}`)
    this.escalation = escalation
    this.task = task
    this.why = why
  }
}

/** A webhook did not accept a notice. The error contains neither the secret nor the notice. */
export class WebhookError extends SkeinError {
  /** With `_RETRY` where another attempt may succeed. */
  readonly code: 'SKEIN_WEBHOOK' | 'SKEIN_WEBHOOK_RETRY'
  readonly host: string

  constructor(code: 'SKEIN_WEBHOOK' | 'SKEIN_WEBHOOK_RETRY', host: string, what: string, cause?: unknown) {
    super(
      `The webhook at ${host} did not accept the notice: ${what}. The escalation stays open.`,
      cause === undefined ? undefined : { cause },
    )
    this.code = code
    this.host = host
  }
}

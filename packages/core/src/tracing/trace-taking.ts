import type { Principal } from '@skein/memory'
import { attribute, inTrace } from '@skein/memory/runtime'
import type { Tracing } from '@skein/memory/runtime'
import type { Label } from '@skein/memory/store'

import { traceOfMessage } from './message-trace.ts'

/** A message that an agent takes. */
interface Taking {
  readonly principal: Principal
  /** Of what the agent has read by now. */
  readonly label: () => Label
  readonly message: { readonly type: string }
  /** The id of the mail that it came as, if it waited in a durable mailbox. */
  readonly mail: string | undefined
  /** The question that the message is, if somebody here waits for the answer. */
  readonly question: { onEnd: ((error: unknown) => void) | undefined } | undefined
}

/**
 * Lets an agent take a message as a span. The span ends when the message has been taken, the question that it is has been
 * answered, and everything has ended that the agent has begun because of it.
 */
export function traceTaking(
  tracing: Tracing,
  { principal, label, message, mail, question }: Taking,
  take: () => void,
): void {
  const { id, role } = principal
  const attributes = {
    [attribute.provider]: 'skein',
    [attribute.agentId]: id,
    [attribute.agentName]: role,
    [attribute.messageType]: message.type,
    ...(mail !== undefined && {
      [attribute.messagingSystem]: 'skein',
      [attribute.messagingOperation]: 'process',
      [attribute.messagingDestination]: id,
      [attribute.messagingMessage]: mail,
    }),
  }
  const kind = mail === undefined ? {} : ({ kind: 'consumer' } as const)
  const start = { operation: 'invoke_agent', target: role, attributes, ...kind } as const
  const span = tracing.start(start, traceOfMessage(message), true)
  const end = (): void => {
    // An error may quote what it has read.
    span.describe(label(), {})
    span.end()
  }
  let open = 0
  const hold = (): (() => void) => {
    open += 1
    return () => {
      open -= 1
      // What follows from an end, such as the next activity, begins before the next turn of the event loop.
      if (open === 0) setImmediate(() => open === 0 && end())
    }
  }
  const taken = hold()
  if (question) {
    const answered = hold()
    question.onEnd = (error) => {
      if (error !== undefined) span.fail(error)
      answered()
    }
  }
  try {
    inTrace({ tracer: tracing, span, hold }, take)
  } finally {
    taken()
  }
}

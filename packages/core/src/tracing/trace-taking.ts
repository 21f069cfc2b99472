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
  /** The question that the message is, if somebody here waits for the answer. */
  readonly question: { onEnd: ((error: unknown) => void) | undefined } | undefined
}

/**
 * Lets an agent take a message as a span. The span ends when the message has been taken, the question that it is has been
 * answered, and everything has ended that the agent has begun because of it.
 */
export function traceTaking(tracing: Tracing, { principal, label, message, question }: Taking, take: () => void): void {
  const { id, role } = principal
  const attributes = {
    [attribute.provider]: 'skein',
    [attribute.agentId]: id,
    [attribute.agentName]: role,
    [attribute.messageType]: message.type,
  }
  const span = tracing.start({ operation: 'invoke_agent', target: role, attributes }, traceOfMessage(message), true)
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

import type { Principal } from '@skein/memory'
import { covers, joinLabels } from '@skein/memory/store'
import type { Label } from '@skein/memory/store'

import { passTraceOn, withTrace } from '../tracing/message-trace.ts'
import type { Message } from './message.ts'

/** Labels of messages above public ones. They stand beside the messages, which belong to users. */
const labels = new WeakMap<Message, Label>()
/** Whether there ever was one: most flocks need not look. */
let isUsed = false

/** How sensitive a message is; `undefined` for a public one. */
export function labelOfMessage(message: Message): Label | undefined {
  return isUsed ? labels.get(message) : undefined
}

/**
 * The message of a sender that has read something with this label: as sensitive as
 * that. It is a copy, since the same object may be sent by others too.
 */
export function withLabel<Sent extends Message>(message: Sent, label: Label | undefined): Sent {
  if (!label || (label.sensitivity === 'public' && label.compartments.length === 0)) return message
  const copy = Object.assign(Object.create(Object.getPrototypeOf(message) as object | null) as Sent, message)
  const before = labelOfMessage(message)
  isUsed = true
  labels.set(copy, before ? joinLabels([before, label]) : label)
  passTraceOn(message, copy)
  return copy
}

/** The message, as sent in a span. */
export function withSpan<Sent extends Message>(message: Sent, traceparent: string | undefined): Sent {
  const copy = withTrace(message, traceparent)
  const label = labelOfMessage(message)
  if (label && copy !== message) labels.set(copy, label)
  return copy
}

/** Whether a principal may see what bears this label. */
export function isCleared({ clearance }: Principal, label: Label): boolean {
  return covers({ level: clearance?.level ?? 'public', compartments: clearance?.compartments ?? [] }, label)
}

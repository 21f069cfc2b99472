import { isTraceparent } from '@skein/memory/runtime'

/** `traceparent` of what each message was sent by. It stands beside the message, which belongs to users. */
const traces = new WeakMap<object, string>()

/** The span that a message was sent in; `undefined` where nobody traces. */
export function traceOfMessage(message: object): string | undefined {
  return traces.get(message)
}

/** A copy of a message is sent by the same. */
export function passTraceOn(message: object, copy: object): void {
  const traceparent = traces.get(message)
  if (traceparent !== undefined) traces.set(copy, traceparent)
}

/** The message as sent in a span. It is a copy, since the same object may be sent by others too. */
export function withTrace<Sent extends object>(message: Sent, traceparent: string | undefined): Sent {
  if (!isTraceparent(traceparent)) return message
  const copy = Object.assign(Object.create(Object.getPrototypeOf(message) as object | null) as Sent, message)
  traces.set(copy, traceparent)
  return copy
}

import type { ErrorEnvelope } from '../values/error-envelope.ts'

/** What the opening thread answers: handlers by name, called over a port. */
export type LinkHandlers = Readonly<Record<string, (...args: never[]) => unknown>>

/** The number of a call that expects no answer. */
export const unanswered: number = 0

/** A call from a worker thread. */
export interface Call {
  readonly call: number
  readonly method: string
  readonly args: readonly unknown[]
}

/** The answer to it. */
export type Reply =
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly error: ErrorEnvelope }

/** A message that the opening thread sends unasked. */
export interface Push {
  readonly push: string
  readonly args: readonly unknown[]
}

import type { ErrorEnvelope } from '../values/pack-error.ts'

/** The opening thread's handlers for calls over a port, by method name. */
export type LinkHandlers = Readonly<Record<string, (...args: never[]) => unknown>>

/*
 * A call is a message of its own, which is sent at once. Replies and pushes travel as lists: what is ready at a time shares
 * the cost of sending it and of waking the thread. See `outbox.ts`.
 */

/** The number of a call that expects no reply. */
export const unanswered: number = 0

/** A call from a worker thread. */
export interface Call {
  readonly call: number
  readonly method: string
  readonly args: readonly unknown[]
}

/** The reply to a {@link Call}. */
export type Reply =
  | { readonly call: number; readonly result: unknown }
  | { readonly call: number; readonly error: ErrorEnvelope }

/** A message that the opening thread sends on its own, not as a reply. */
export interface Push {
  readonly push: string
  readonly args: readonly unknown[]
}

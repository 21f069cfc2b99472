import type { Asked, Served } from './served.ts'

/** The five ways to ask a model. */
export const calls = ['chat', 'stream', 'object', 'cite', 'embed'] as const
export type Call = (typeof calls)[number]

/** `✓` for the right answer, or the code of an error without `SKEIN_MODEL_`. */
export type Outcome = string

/** Something that servers do, and what becomes of a call. */
export interface Behavior {
  /** What the server does, as the guide says it. */
  readonly name: string
  readonly serve: (asked: Asked) => Served
  /** For all calls, or for those that differ from the right answer. */
  readonly expected: Outcome | Readonly<Partial<Record<Call, Outcome>>>
  /** Set where the test has to wait for it. */
  readonly timeoutMs?: number
}

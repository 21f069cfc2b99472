import { AsyncLocalStorage } from 'node:async_hooks'

import type { Clearance } from '../values/access.ts'
import type { OpenSpan } from './open-span.ts'
import type { SpanStart } from './span.ts'

/** Begins spans. */
export interface Tracer {
  /** The most sensitive content that spans hold; `undefined` for none. */
  readonly content: Clearance | undefined
  /**
   * @param parent - The `traceparent` of the span that it is part of.
   * @param isSent - Whether that came with a message, and is not what the running code is part of.
   */
  start(start: SpanStart, parent: string | undefined, isSent?: boolean): OpenSpan
}

/** The span that the running code is part of. */
export interface Trace {
  readonly tracer: Tracer
  readonly span: OpenSpan
  /** Keeps the span open until what it returns is called. */
  hold?(): () => void
}

const storage = new AsyncLocalStorage<Trace | undefined>()
/** Whether anything was ever traced in this thread: until then nobody need look. */
let isUsed = false

/** What the running code is part of; `undefined` where nothing is traced. */
export function currentTrace(): Trace | undefined {
  return isUsed ? storage.getStore() : undefined
}

/** Runs code, and everything that it starts, as part of a span, or of none. */
export function inTrace<Result>(trace: Trace | undefined, code: () => Result): Result {
  isUsed = true
  return storage.run(trace, trace ? () => trace.span.run(code) : code)
}

/** Runs code as a span of its own, which ends with it. */
export function traced<Result>(
  tracer: Tracer,
  start: SpanStart,
  code: (span: OpenSpan) => Promise<Result>,
  sentWith?: string,
): Promise<Result> {
  const trace = currentTrace()
  const span = tracer.start(start, sentWith ?? trace?.span.traceparent, sentWith !== undefined)
  const release = trace?.hold?.()
  return inTrace({ tracer, span }, async () => {
    try {
      return await code(span)
    } catch (error) {
      span.fail(error)
      throw error
    } finally {
      span.end()
      release?.()
    }
  })
}

import type { Clearance } from '../values/access.ts'
import { inTrace } from './current-trace.ts'
import type { Tracer } from './current-trace.ts'
import { OpenSpan, spanElsewhere } from './open-span.ts'
import { childOf, newTraceparent } from './span.ts'
import type { Span, SpanStart } from './span.ts'

/** What a thread has to know to trace what it does for another one. Plain data. */
export interface TraceOrder {
  /** The span that it is part of. */
  readonly traceparent: string
  readonly content: Clearance | undefined
}

/** Spans that are kept of one piece of work. */
const mostSpans = 1_000

/** Keeps the spans of one piece of work in a thread that has no telemetry of its own, for the thread that has. */
export class SpanLog implements Tracer {
  readonly content: Clearance | undefined
  readonly #order: TraceOrder
  readonly #spans: Span[] = []

  constructor(order: TraceOrder) {
    this.content = order.content
    this.#order = order
  }

  /** Runs code as part of the span that the order names, which continues elsewhere. */
  run<Result>(code: () => Result): Result {
    return inTrace({ tracer: this, span: spanElsewhere(this.#order.traceparent) }, code)
  }

  /** The spans that have ended, in the order in which they began. */
  get spans(): readonly Span[] {
    return this.#spans.toSorted((one, other) => one.startedAt - other.startedAt)
  }

  start(start: SpanStart, parent: string | undefined): OpenSpan {
    const traceparent = parent === undefined ? newTraceparent() : childOf(parent)
    const onEnd = (span: Span): void => {
      if (this.#spans.length < mostSpans) this.#spans.push(span)
    }
    return new OpenSpan(start, { traceparent, parent, outgoing: undefined, onEnd })
  }
}

import { joinLabels, publicLabel } from '../values/access.ts'
import type { Label } from '../values/access.ts'
import type { Span, SpanAttributes, SpanEvent, SpanStart } from './span.ts'

/** How a span gets out of the process. */
export interface OutgoingSpan {
  readonly traceparent: string
  /** Runs code as part of the span, for instrumentation of other libraries. */
  run<Result>(code: () => Result): Result
  end(span: Span): void
}

/** What happens when a span ends, and where it stands. */
interface Standing {
  readonly traceparent: string
  readonly parent: string | undefined
  readonly outgoing: OutgoingSpan | undefined
  onEnd(span: Span): void
}

/** A span that has begun. */
export class OpenSpan {
  readonly traceparent: string
  readonly #start: SpanStart
  readonly #standing: Standing
  readonly #startedAt = unixNow()
  readonly #events: SpanEvent[] = []
  #attributes: SpanAttributes
  #details: SpanAttributes = {}
  #content: SpanAttributes = {}
  #label: Label = publicLabel
  #error: Span['error']
  #hasEnded = false

  constructor(start: SpanStart, standing: Standing) {
    this.traceparent = standing.traceparent
    this.#start = start
    this.#standing = standing
    this.#attributes = start.attributes ?? {}
  }

  /** Adds names and figures, which must tell nothing of what anybody has read. */
  set(attributes: SpanAttributes): void {
    this.#attributes = { ...this.#attributes, ...attributes }
  }

  /** Adds what is as sensitive as the label. */
  describe(label: Label, details: SpanAttributes, content: SpanAttributes = {}): void {
    this.#label = joinLabels([this.#label, label])
    this.#details = { ...this.#details, ...details }
    this.#content = { ...this.#content, ...content }
  }

  note(name: string, attributes: SpanAttributes): void {
    this.#events.push({ name, at: unixNow(), attributes })
  }

  /** What is done has failed. */
  fail(error: unknown): void {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined }
    this.#error = { type: errorType(error), message, stack }
  }

  /** Runs code as part of the span. */
  run<Result>(code: () => Result): Result {
    const { outgoing } = this.#standing
    return outgoing ? outgoing.run(code) : code()
  }

  /** Ends the span; twice does no harm. */
  end(): void {
    if (this.#hasEnded) return
    this.#hasEnded = true
    const { traceparent, parent, outgoing, onEnd } = this.#standing
    const span: Span = {
      ...this.#start,
      traceparent,
      parent,
      startedAt: this.#startedAt,
      durationMs: unixNow() - this.#startedAt,
      attributes: this.#attributes,
      details: this.#details,
      content: this.#content,
      label: this.#label,
      events: this.#events,
      error: this.#error,
    }
    outgoing?.end(span)
    onEnd(span)
  }
}

/** A span that another process or thread has begun, and ends. */
export function spanElsewhere(traceparent: string): OpenSpan {
  const standing = { traceparent, parent: undefined, outgoing: undefined, onEnd: () => {} }
  return new OpenSpan({ operation: 'invoke_agent' }, standing)
}

/** A word that says what kind of error it is, of few different ones. */
export function errorType(error: unknown): string {
  if (!(error instanceof Error)) return '_OTHER'
  const { code, name } = error as { readonly code?: unknown; readonly name: string }
  return typeof code === 'string' ? code : name
}

/** Unix milliseconds, with fractions. */
export function unixNow(): number {
  return performance.timeOrigin + performance.now()
}

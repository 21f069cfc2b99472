import type { Clearance } from '../values/access.ts'
import type { Unsubscribe } from '../values/emitter.ts'
import type { OutgoingSpan } from './open-span.ts'
import type { Span, SpanStart } from './span.ts'

/** A number, and what it is of: `{ 'skein.activity': 'summarize' }`. */
export interface FigureValue {
  readonly value: number
  /** Names that tell nothing of what anybody has read. */
  readonly of: Readonly<Record<string, string>>
}

/** A number that is read when somebody asks for it. */
export interface Figure {
  /** `skein.cache.hits` */
  readonly name: string
  readonly description: string
  /** As UCUM writes it: `{token}`, `s`. */
  readonly unit: string
  /** Whether it only grows. */
  readonly kind: 'counter' | 'gauge'
  /** Several where it is counted apart for several things; `undefined` where it is not known. */
  read(): number | readonly FigureValue[] | undefined
}

/** Where spans and figures go: what `openTelemetry()` of `@skein/memory/telemetry` returns. */
export interface Telemetry {
  /** The most sensitive content that spans may hold; `undefined` for none. */
  readonly content: Clearance | undefined
  /** The `traceparent` of the span that the running code is part of, whoever made that. */
  readonly active: string | undefined
  /**
   * Begins a span.
   *
   * @param parent - The `traceparent` of the span that it is part of.
   * @param isSent - Whether that came with a message, and is not what the running code is part of.
   * @returns `undefined` where nobody records spans.
   */
  begin(start: SpanStart, parent: string | undefined, isSent: boolean): OutgoingSpan | undefined
  /** Takes over spans that have ended elsewhere, in the order in which they began. */
  record(spans: readonly Span[]): void
  /** Observes figures until the returned function is called. */
  observe(figures: readonly Figure[]): Unsubscribe
}

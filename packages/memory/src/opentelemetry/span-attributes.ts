import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { Attributes, Span as OtelSpan } from '@opentelemetry/api'

import { attribute, isOfMemory } from '../tracing/conventions.ts'
import type { Span, SpanStart } from '../tracing/span.ts'
import { mayHold } from '../tracing/trace-memory.ts'
import { publicLabel } from '../values/access.ts'
import type { Clearance, Label } from '../values/access.ts'

/** The name of a span, as the conventions have it. */
export function nameOf({ operation, target }: SpanStart): string {
  return target === undefined || isOfMemory(operation) ? operation : `${operation} ${target}`
}

/** What a span has from its beginning, for samplers. */
export function startOptions(start: SpanStart): { readonly kind: SpanKind; readonly attributes: Attributes } {
  const kinds = { client: SpanKind.CLIENT, server: SpanKind.SERVER, consumer: SpanKind.CONSUMER } as const
  return {
    kind: start.kind ? kinds[start.kind] : SpanKind.INTERNAL,
    attributes: { [attribute.operation]: start.operation, ...(start.attributes as Attributes) },
  }
}

/** Tells a span of OpenTelemetry what became of it, as far as its label allows, and ends it. */
export function endSpan(target: OtelSpan, span: Span, content: Clearance | undefined): void {
  const { attributes, details, label, events, error, startedAt, durationMs } = span
  target.setAttributes(attributes as Attributes)
  const isShown = isPublic(label) || mayHold(content, label)
  if (isShown) target.setAttributes(details as Attributes)
  if (mayHold(content, label)) target.setAttributes(span.content as Attributes)
  for (const event of events) target.addEvent(event.name, event.attributes as Attributes, event.at)
  if (error) {
    target.setAttribute(attribute.errorType, error.type)
    // What went wrong may quote what was read.
    const told = mayHold(content, label)
    target.setStatus({ code: SpanStatusCode.ERROR, ...(told && { message: error.message }) })
    if (told)
      target.recordException({ name: error.type, message: error.message, ...(error.stack && { stack: error.stack }) })
  }
  target.end(startedAt + durationMs)
}

function isPublic({ sensitivity, compartments }: Label): boolean {
  return sensitivity === publicLabel.sensitivity && compartments.length === 0
}

import { attribute } from '@skein/memory/runtime'
import type { Span, SpanAttributes, SpanEvent } from '@skein/memory/runtime'
import { covers } from '@skein/memory/store'
import type { Audience } from '@skein/memory/store'

import type { TraceSpan, TraceTextName } from '../protocol/protocol.ts'
import { shortText } from '../text/short-text.ts'
import type { KeptSpan } from './trace-log.ts'
import type { TitledSpan } from './trace-title.ts'

/** Texts of a span by the attributes that hold them. */
const textNames: readonly (readonly [TraceTextName, string])[] = [
  ['query', attribute.memoryQuery],
  ['prompt', attribute.inputMessages],
  ['answer', attribute.outputMessages],
  ['input', attribute.toolArguments],
  ['result', attribute.toolResult],
]

/**
 * A span as a viewer may see it. Names of agents, activities and models, times and figures are for everybody; records,
 * texts, and what an error says are only for viewers whose clearance covers the span's label.
 */
export function toTraceSpan(span: KeptSpan, audience: Audience): TraceSpan {
  const { attributes, startedAt, durationMs, error } = span
  const isShown = covers(audience, span.label)
  const text = (name: string): string | undefined => textOf(attributes[name])
  const [agent, worker, collection] = [text(attribute.agentId), text(attribute.worker), text(attribute.collection)]
  const run = text(attribute.run)
  const isReused = attributes[attribute.reused] === true
  const inputTokens = attributes[attribute.inputTokens]
  const outputTokens = attributes[attribute.outputTokens]
  return {
    ...toTitledSpan(span, audience),
    ...(agent !== undefined && { agent }),
    ...(worker !== undefined && { worker }),
    ...(run !== undefined && { run }),
    startedAt,
    durationMs,
    ...(isReused && { isReused }),
    ...(typeof inputTokens === 'number' && { inputTokens }),
    ...(typeof outputTokens === 'number' && { outputTokens }),
    ...(usdOf(span) > 0 && { usd: usdOf(span) }),
    ...(collection !== undefined && { collection }),
    records: isShown ? recordNames(span.details).flatMap((name) => parseRecordName(name)) : [],
    retries: retriesOf(span).map(({ at, attributes: told }) => retryOf(at, told)),
    ...(error && { error: { type: error.type, ...(isShown && saidBy(error)) } }),
    texts: isShown ? textsOf(span.content) : [],
    isCut: !isShown,
  }
}

/** What of a span names it, as a viewer may see it. */
export function toTitledSpan(span: KeptSpan, audience: Audience): TitledSpan {
  const { traceparent, parent, operation, target, title, label } = span
  return {
    id: spanIdOf(traceparent),
    ...(parent !== undefined && { parent: spanIdOf(parent) }),
    operation,
    ...(target !== undefined && { target }),
    ...(title !== undefined && covers(audience, label) && { title: shortText(title) }),
  }
}

/** The second part of a `traceparent`: 16 hexadecimal digits. */
export function spanIdOf(traceparent: string): string {
  return traceparent.slice(36, 52)
}

/** `collection/id@version` of each record. */
export function recordNames(details: SpanAttributes): readonly string[] {
  const names = details[attribute.records]
  return Array.isArray(names) ? (names as readonly string[]) : []
}

/** Attempts that were followed by another one. */
export function retriesOf({ events }: Span): readonly SpanEvent[] {
  return events.filter(({ name }) => name === 'skein.retry')
}

/** What a call used. */
export function tokensOf({ attributes }: Span): number {
  return Number(attributes[attribute.inputTokens] ?? 0) + Number(attributes[attribute.outputTokens] ?? 0)
}

/** What it cost, in US dollars. An activity's includes that of its calls. */
export function usdOf({ attributes }: Span): number {
  return Number(attributes[attribute.usd] ?? 0)
}

function parseRecordName(name: string): TraceSpan['records'] {
  const [slash, at] = [name.indexOf('/'), name.lastIndexOf('@')]
  if (slash < 1 || at < slash) return []
  return [{ collection: name.slice(0, slash), id: name.slice(slash + 1, at), version: Number(name.slice(at + 1)) }]
}

function textsOf(content: SpanAttributes): TraceSpan['texts'] {
  return textNames.flatMap(([name, key]) => {
    const text = textOf(content[key])
    return text === undefined ? [] : [{ name, text }]
  })
}

function retryOf(at: number, told: SpanAttributes): TraceSpan['retries'][number] {
  const error = textOf(told[attribute.errorType])
  const [attempt, delayMs] = [told['skein.attempt'], told['skein.delay_ms']]
  return {
    at,
    ...(error !== undefined && { error }),
    ...(typeof attempt === 'number' && { attempt }),
    ...(typeof delayMs === 'number' && { delayMs }),
  }
}

function saidBy({ message, stack }: NonNullable<Span['error']>): Partial<NonNullable<TraceSpan['error']>> {
  return { ...(message !== '' && { message }), ...(stack !== undefined && { stack }) }
}

function textOf(value: SpanAttributes[string] | undefined): string | undefined {
  return value === undefined ? undefined : String(value)
}

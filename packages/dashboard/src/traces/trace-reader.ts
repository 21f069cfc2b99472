import type { Principal } from '@skein/memory'
import { attribute } from '@skein/memory/runtime'
import type { Span } from '@skein/memory/runtime'
import { covers } from '@skein/memory/store'
import type { Audience } from '@skein/memory/store'

import type { RecordDetail, RecordTrace, TraceDetail, TraceRow } from '../protocol/protocol.ts'
import type { KeptTrace, TraceLog } from './trace-log.ts'
import { recordNames, retriesOf, spanIdOf, tokensOf, toTitledSpan, toTraceSpan, usdOf } from './trace-span.ts'
import { traceTitle } from './trace-title.ts'

/** Spans of one record that are listed. */
const mostOfRecord = 50

/** The traces of a log, as one viewer may see them. */
export class TraceReader {
  readonly #log: TraceLog | undefined
  readonly #audience: Audience

  /** @param log - `undefined` where no traces are kept. */
  constructor(log: TraceLog | undefined, { clearance }: Principal) {
    const { level = 'public', compartments = [] } = clearance ?? {}
    this.#log = log
    this.#audience = { level, compartments }
  }

  /** The latest ones, newest first. */
  list(limit: number): readonly TraceRow[] {
    return (this.#log?.all ?? [])
      .map((trace) => toRow(trace, this.#audience))
      .toSorted((one, other) => other.startedAt - one.startedAt)
      .slice(0, limit)
  }

  /** One of them; `undefined` if it is not kept. */
  get(id: string): TraceDetail | undefined {
    const trace = this.#log?.get(id)
    if (!trace) return undefined
    const spans = trace.spans
      .map((span) => toTraceSpan(span, this.#audience))
      .toSorted((one, other) => one.startedAt - other.startedAt)
    return { id, spans, dropped: trace.dropped, isRunning: trace.open.size > 0, isPart: isPart(trace) }
  }

  /** What wrote or read a record, latest first. */
  ofRecord(collection: string, id: string): Required<Pick<RecordDetail, 'traces' | 'traceCount'>> {
    const name = `${collection}/${id}`
    const found = (this.#log?.all ?? []).flatMap((trace) =>
      trace.spans
        .filter((span) => covers(this.#audience, span.label) && names(span, name))
        .map((span) => toRecordTrace(trace.id, span)),
    )
    const traces = found.toSorted((one, other) => other.at - one.at).slice(0, mostOfRecord)
    return { traces, traceCount: found.length }
  }
}

/** Whether a step is part of one that is neither kept nor running here. */
function isPart({ spans, open }: KeptTrace): boolean {
  const known = new Set([...spans.map(({ traceparent }) => spanIdOf(traceparent)), ...[...open].map(spanIdOf)])
  return spans.some(({ parent }) => parent !== undefined && !known.has(spanIdOf(parent)))
}

function toRow({ id, spans, open }: KeptTrace, audience: Audience): TraceRow {
  const byStart = spans.toSorted((one, other) => one.startedAt - other.startedAt)
  const root = byStart.find(({ parent }) => parent === undefined)
  const begun = (root ?? byStart[0]) as Span
  const { operation, target, attributes, startedAt } = begun
  const { records } = toTraceSpan(begun, audience)
  const agent = attributes[attribute.agentId]
  const collection = attributes[attribute.collection]
  const title = traceTitle(
    toTitledSpan(begun, audience),
    byStart.map((span) => toTitledSpan(span, audience)),
  )
  const sum = (of: (span: Span) => number): number => spans.reduce((total, span) => total + of(span), 0)
  return {
    id,
    operation,
    ...(target !== undefined && { target }),
    ...(collection !== undefined && { collection: String(collection) }),
    ...(agent !== undefined && { agent: String(agent) }),
    ...(title !== undefined && { title }),
    records: records.length === 1 ? records : [],
    startedAt,
    endedAt: Math.max(...spans.map((span) => span.startedAt + span.durationMs)),
    isRunning: open.size > 0,
    spans: spans.length,
    errors: sum(({ error }) => (error ? 1 : 0)),
    retries: sum((span) => retriesOf(span).length),
    tokens: sum(tokensOf),
    usd: sum((span) => (span.operation === 'execute_tool' ? 0 : usdOf(span))),
  }
}

function names({ details }: Span, record: string): boolean {
  return recordNames(details).some((name) => name.startsWith(record) && /^@\d+$/.test(name.slice(record.length)))
}

function toRecordTrace(trace: string, { traceparent, operation, attributes, startedAt }: Span): RecordTrace {
  const agent = attributes[attribute.agentId]
  const who = agent === undefined ? {} : { agent: String(agent) }
  return { trace, span: spanIdOf(traceparent), operation, at: startedAt, ...who }
}

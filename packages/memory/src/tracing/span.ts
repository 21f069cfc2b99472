import { randomFillSync } from 'node:crypto'

import type { Label } from '../values/access.ts'
import type { Operation } from './conventions.ts'

/** What is known of a span, by the names of OpenTelemetry's conventions. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | readonly string[]>>

/** What is known of a span when it begins. */
export interface SpanStart {
  readonly operation: Operation
  /** What is done or asked: an activity, a model, an agent's role. */
  readonly target?: string | undefined
  /** Whether another process is asked, or asks; or the message that began it waited in a mailbox. @defaultValue none of these */
  readonly kind?: 'client' | 'server' | 'consumer'
  readonly attributes?: SpanAttributes
}

/** Something that happened during a span, such as an attempt that failed. */
export interface SpanEvent {
  readonly name: string
  /** Unix milliseconds. */
  readonly at: number
  readonly attributes: SpanAttributes
}

/** A span that has ended: an operation, as part of a piece of work. Plain data. */
export interface Span extends SpanStart {
  /** Which span of which trace: `00-<trace>-<span>-<flags>`, as W3C Trace Context writes it. */
  readonly traceparent: string
  /** The span that it is part of, in the same form. */
  readonly parent: string | undefined
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly durationMs: number
  /** Names and figures, which tell nothing of what anybody has read. */
  readonly attributes: SpanAttributes
  /** As sensitive as `label`: names of records. */
  readonly details: SpanAttributes
  /** As sensitive as `label`: prompts, answers, inputs and results; empty unless telemetry wants content. */
  readonly content: SpanAttributes
  readonly label: Label
  readonly events: readonly SpanEvent[]
  /** Absent where it succeeded. The message is as sensitive as `label`. */
  readonly error?: { readonly type: string; readonly message: string; readonly stack: string | undefined } | undefined
}

/** Random bytes for names. Asking for a few at a time costs more than all else that a span does. */
const pool = Buffer.allocUnsafeSlow(4_096)
let used = pool.length

/** Names a span that begins a trace. */
export function newTraceparent(): string {
  return `00-${randomHex(16)}-${randomHex(8)}-01`
}

/** Names a span of the same trace. */
export function childOf(parent: string): string {
  return `${parent.slice(0, 36)}${randomHex(8)}${parent.slice(52)}`
}

function randomHex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  used += bytes
  return pool.toString('hex', used - bytes, used)
}

/** Whether a text is a `traceparent` of a span that exists. */
export function isTraceparent(text: unknown): text is string {
  if (typeof text !== 'string' || !/^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/.test(text)) return false
  return !/^00-0{32}|-0{16}-/.test(text)
}

/** Its trace: 32 hexadecimal digits. */
export function traceOf(traceparent: string): string {
  return traceparent.slice(3, 35)
}

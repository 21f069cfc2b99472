import type { Flock } from '@skein/core'
import type { Clearance, Memory } from '@skein/memory'
import { attribute, traceOf } from '@skein/memory/runtime'
import type { Span, SpanAttributes, Unsubscribe } from '@skein/memory/runtime'

import type { ErasureWatch } from '../kept/erasure-watch.ts'
import { cutText } from '../text/cut-text.ts'

/** Spans that are kept, and the UTF-16 units of what they hold. */
const mostSpans = 20_000
const mostLength = 32_000_000
/** Longer texts of a span are cut, in UTF-16 units. */
const mostTextLength = 20_000
/** Titles that are kept of runs whose spans have not ended. */
const mostTitles = 10_000

/** A span; one of an activity with its title, which tells as much of its input as the label allows. */
export type KeptSpan = Span & { readonly title?: string }

/** What a log listens to. */
export interface TraceSources {
  readonly memory: Memory
  readonly flock: Pick<Flock, 'activityTitle' | 'on'> | undefined
  readonly erasures: Pick<ErasureWatch, 'look' | 'onErasure'>
}

/** A piece of work, as far as it is kept. */
export interface KeptTrace {
  readonly id: string
  readonly spans: readonly KeptSpan[]
  readonly dropped: number
  /** Its spans that have begun in this process and not ended, see `Span.traceparent`. */
  readonly open: ReadonlySet<string>
}

/** The spans of one trace, and how long their texts are. */
interface Entry {
  readonly id: string
  spans: KeptSpan[]
  dropped: number
}

/**
 * Keeps the latest spans of a memory's process by their traces. Traces in which nothing has ended for longest go first,
 * whole; the last one that is left loses its oldest spans.
 *
 * Texts of spans can't be read again, and nothing tells of which records they were made. So once something is forgotten,
 * all spans that have begun lose their texts.
 */
export class TraceLog {
  readonly #traces = new Map<string, Entry>()
  readonly #tracing: Memory['tracing']
  readonly #stops: readonly Unsubscribe[]
  /** Of runs whose spans have not ended. */
  readonly #titles = new Map<string, string>()
  readonly #viewers: ReadonlySet<string>
  readonly #erasures: TraceSources['erasures']
  /** When something was last forgotten, Unix milliseconds. */
  #forgottenAt = Number.NEGATIVE_INFINITY
  #count = 0
  #length = 0

  /**
   * @param viewers - Ids of those who look on. What they read to do so is nobody's work.
   * @param content - Keeps inputs, results, prompts and answers up to this clearance; none when left out.
   */
  constructor(
    { memory: { tracing }, flock, erasures }: TraceSources,
    viewers: ReadonlySet<string>,
    content: Clearance | undefined,
  ) {
    this.#viewers = viewers
    this.#tracing = tracing
    this.#erasures = erasures
    const noteTitle = ({ run }: { readonly run: string }): void => {
      const title = flock?.activityTitle(run)
      if (title !== undefined && this.#titles.size < mostTitles) this.#titles.set(run, title)
    }
    this.#stops = [
      tracing.onSpan((span) => this.add(span), content),
      erasures.onErasure(() => this.#forgetTexts(Date.now())),
      ...(flock ? [flock.on('activity.started', noteTitle), flock.on('activity.reused', noteTitle)] : []),
    ]
  }

  /** All traces, those with the latest news first. */
  get all(): readonly KeptTrace[] {
    return [...this.#traces.values()].toReversed().map((entry) => this.#kept(entry))
  }

  get(id: string): KeptTrace | undefined {
    const entry = this.#traces.get(id)
    return entry && this.#kept(entry)
  }

  add(span: Span): void {
    this.#erasures.look()
    const isLooking = this.#viewers.has(String(span.attributes[attribute.agentId]))
    if (isLooking && span.parent === undefined && span.operation.endsWith('_memory')) return
    const id = traceOf(span.traceparent)
    const entry = this.#traces.get(id) ?? { id, spans: [], dropped: 0 }
    const run = span.attributes[attribute.run]
    const title = run === undefined ? undefined : this.#titles.get(String(run))
    if (run !== undefined) this.#titles.delete(String(run))
    const whole = { ...span, content: cutTexts(span.content), ...(title !== undefined && { title }) }
    const kept = span.startedAt > this.#forgottenAt ? whole : withoutTexts(whole)
    entry.spans.push(kept)
    this.#count += 1
    this.#length += lengthOf(kept)
    this.#traces.delete(id)
    this.#traces.set(id, entry)
    while (this.#count > mostSpans || this.#length > mostLength) this.#dropOldest()
  }

  /** Listens no more. */
  close(): void {
    for (const stop of this.#stops) stop()
  }

  #kept({ id, spans, dropped }: Entry): KeptTrace {
    return { id, spans, dropped, open: this.#tracing.openSpans(id) }
  }

  #dropOldest(): void {
    const [[id, { spans }] = ['', { spans: [] }]] = this.#traces
    if (this.#traces.size > 1) {
      this.#traces.delete(id)
      for (const span of spans) this.#forget(span)
      return
    }
    const entry = this.#traces.get(id)
    const oldest = entry?.spans.shift()
    if (!entry || !oldest) return
    entry.dropped += 1
    this.#forget(oldest)
  }

  #forgetTexts(now: number): void {
    this.#forgottenAt = now
    this.#titles.clear()
    this.#length = 0
    for (const entry of this.#traces.values()) {
      entry.spans = entry.spans.map(withoutTexts)
      for (const span of entry.spans) this.#length += lengthOf(span)
    }
  }

  #forget(span: KeptSpan): void {
    this.#count -= 1
    this.#length -= lengthOf(span)
  }
}

function cutTexts(content: SpanAttributes): SpanAttributes {
  const entries = Object.entries(content)
  if (entries.length === 0) return content
  return Object.fromEntries(entries.map(([name, value]) => [name, cutText(String(value), mostTextLength).text]))
}

/** A span with names, times and figures alone. */
function withoutTexts(kept: KeptSpan): KeptSpan {
  const { title: _, error, ...span } = kept
  return { ...span, content: {}, ...(error && { error: { type: error.type, message: '', stack: undefined } }) }
}

/** Roughly how much a span holds. */
function lengthOf({ content, details, error }: Span): number {
  let length = (error?.stack?.length ?? 0) + (error?.message.length ?? 0)
  for (const value of [...Object.values(content), ...Object.values(details)]) length += String(value).length
  return length
}

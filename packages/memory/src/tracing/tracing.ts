import { setImmediate as nextTurn } from 'node:timers/promises'

import { joinLabels } from '../values/access.ts'
import type { Clearance } from '../values/access.ts'
import { Emitter } from '../values/emitter.ts'
import type { Unsubscribe } from '../values/emitter.ts'
import { attribute, isOfMemory } from './conventions.ts'
import { currentTrace, inTrace } from './current-trace.ts'
import type { Tracer } from './current-trace.ts'
import { OpenSpan, spanElsewhere } from './open-span.ts'
import { childOf, newTraceparent, traceOf } from './span.ts'
import type { Span, SpanStart } from './span.ts'
import type { Figure, Telemetry } from './telemetry-port.ts'

const none: ReadonlySet<string> = new Set()

/**
 * The spans and figures of a memory and of what works with it. It traces while there is telemetry or somebody listens;
 * otherwise it costs nothing.
 */
export class Tracing implements Tracer {
  readonly #space: string
  readonly #telemetry: Telemetry | undefined
  readonly #ended = new Emitter<{ readonly span: Span }>()
  /** Spans that have not ended, by their traces. */
  readonly #open = new Map<string, Set<string>>()
  readonly #figures = new Map<readonly Figure[], Unsubscribe>()
  /** What each listener may hold, and telemetry. */
  readonly #wanted = new Set<Clearance>()
  #content: Clearance | undefined
  /** Each message asks for it, and an emitter takes longer to count its listeners than a message takes. */
  #isOn: boolean

  constructor(space: string, telemetry: Telemetry | undefined, figures: readonly Figure[]) {
    this.#space = space
    this.#telemetry = telemetry
    this.#content = telemetry?.content
    this.#isOn = telemetry !== undefined
    this.observe(figures)
  }

  /** Whether anybody wants to know. */
  get isOn(): boolean {
    return this.#isOn
  }

  /** The most sensitive content that anybody wants. Each of them checks labels again, since others may want more. */
  get content(): Clearance | undefined {
    return this.#content
  }

  /** The spans of a trace that have begun in this process and not ended, see `Span.traceparent`. */
  openSpans(trace: string): ReadonlySet<string> {
    return this.#open.get(trace) ?? none
  }

  /** The figures that are observed, such as hits of the cache. */
  get figures(): readonly Figure[] {
    return [...this.#figures.keys()].flat()
  }

  /**
   * Calls back when a span has ended, from here or from a thread; in order of their ends.
   *
   * @param content - Has spans hold content up to this clearance. A span may hold more, if others want it.
   */
  onSpan(listener: (span: Span) => void, content?: Clearance): Unsubscribe {
    const off = this.#ended.on('span', listener)
    const stop = (): void => {
      off()
      this.#isOn = this.#telemetry !== undefined || this.#ended.listenerCount('span') > 0
    }
    this.#isOn = true
    if (!content) return stop
    const wanted = { ...content }
    this.#wanted.add(wanted)
    this.#content = this.#mostContent()
    return () => {
      stop()
      this.#wanted.delete(wanted)
      this.#content = this.#mostContent()
    }
  }

  /** Lets telemetry observe some figures. @returns how to end that */
  observe(figures: readonly Figure[]): Unsubscribe {
    const stop = this.#telemetry?.observe(figures)
    const end = (): void => {
      this.#figures.delete(figures)
      stop?.()
    }
    this.#figures.set(figures, end)
    return end
  }

  /** Observes no more figures, and waits for spans that end with the turn of the event loop. */
  async close(): Promise<void> {
    for (const end of this.#figures.values()) end()
    if (this.#open.size > 0) await nextTurn()
  }

  start(start: SpanStart, parent: string | undefined, isSent = false): OpenSpan {
    const named = this.#named(start)
    const outgoing = this.#telemetry?.begin(named, parent, isSent)
    const traceparent = outgoing?.traceparent ?? (parent === undefined ? newTraceparent() : childOf(parent))
    const trace = traceOf(traceparent)
    const open = this.#open.get(trace) ?? new Set()
    this.#open.set(trace, open.add(traceparent))
    const onEnd = (span: Span): void => {
      open.delete(traceparent)
      if (open.size === 0 && this.#open.get(trace) === open) this.#open.delete(trace)
      this.#ended.emit('span', span)
    }
    return new OpenSpan(named, { traceparent, parent, outgoing, onEnd })
  }

  /** Runs code as part of a span of another process, which may have ended; where nobody traces, as part of none. */
  continue<Result>(traceparent: string, code: () => Result): Result {
    return inTrace(this.isOn ? { tracer: this, span: spanElsewhere(traceparent) } : undefined, code)
  }

  /** Takes over what another thread did. @param spans - In the order in which they began. */
  record(spans: readonly Span[]): void {
    const named = spans.map((span) => this.#named(span))
    this.#telemetry?.record(named)
    for (const span of named) this.#ended.emit('span', span)
  }

  /** What a message that is sent now takes along; `undefined` where nothing is traced. */
  get outgoing(): string | undefined {
    if (!this.isOn) return undefined
    return this.#telemetry?.active ?? currentTrace()?.span.traceparent
  }

  #mostContent(): Clearance | undefined {
    const all = [this.#telemetry?.content, ...this.#wanted].filter((one) => one !== undefined)
    if (all.length === 0) return undefined
    const labels = all.map(({ level, compartments = [] }) => ({ sensitivity: level, compartments }))
    const { sensitivity: level, compartments } = joinLabels(labels)
    return { level, compartments }
  }

  #named<Some extends SpanStart>(span: Some): Some {
    if (!isOfMemory(span.operation)) return span
    return { ...span, attributes: { ...span.attributes, [attribute.memoryStore]: this.#space } }
  }
}

import { context, metrics, trace } from '@opentelemetry/api'
import type { Attributes, Context, Tracer } from '@opentelemetry/api'

import { unixNow } from '../tracing/open-span.ts'
import type { OutgoingSpan } from '../tracing/open-span.ts'
import type { Span, SpanStart } from '../tracing/span.ts'
import type { Figure, Telemetry } from '../tracing/telemetry-port.ts'
import { audienceOf } from '../values/access.ts'
import type { Clearance } from '../values/access.ts'
import type { Unsubscribe } from '../values/emitter.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import { ModelMetrics } from './model-metrics.ts'
import { endSpan, nameOf, startOptions } from './span-attributes.ts'
import { contextOf, traceparentOf } from './span-contexts.ts'

/** Options of {@link openTelemetry}. */
export interface OpenTelemetryOptions {
  /**
   * The most sensitive content that spans may hold: prompts, answers, inputs, results, messages of errors. What is more
   * sensitive is left out, names of records included.
   *
   * @defaultValue none: spans hold figures, and names of public records
   */
  readonly content?: Clearance
}

const kinds: OptionKinds<OpenTelemetryOptions> = { content: 'object' }

/**
 * Sends spans and figures to OpenTelemetry: to the tracer and meter provider that the program has registered, by the
 * conventions for generative AI. Register them before the memory is opened.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { mapStore, openMemory } from '@skein/memory'
 * import { openTelemetry } from '@skein/memory/telemetry'
 *
 * const telemetry = openTelemetry({ content: { level: 'internal' } })
 * const memory = await openMemory({ store: mapStore(), telemetry })
 * await memory.close()
 * ```
 */
export function openTelemetry(options: OpenTelemetryOptions = {}): Telemetry {
  const { content } = requireOptions('openTelemetry', options, kinds)
  // Checks it.
  if (content) audienceOf({ id: 'telemetry', role: 'telemetry', clearance: content })
  return new OpenTelemetry(content)
}

class OpenTelemetry implements Telemetry {
  readonly content: Clearance | undefined
  readonly #tracer: Tracer = trace.getTracer('@skein/memory')
  #models: ModelMetrics | undefined

  constructor(content: Clearance | undefined) {
    this.content = content
  }

  get active(): string | undefined {
    return traceparentOf(trace.getActiveSpan()?.spanContext())
  }

  begin(start: SpanStart, parent: string | undefined, isSent: boolean): OutgoingSpan | undefined {
    // Code may have made spans of its own within ours; what came with a message is part of nothing here.
    const within = isSent || this.active === undefined ? contextOf(parent) : context.active()
    const span = this.#tracer.startSpan(nameOf(start), { ...startOptions(start), startTime: unixNow() }, within)
    const traceparent = traceparentOf(span.spanContext())
    if (traceparent === undefined) return undefined
    const inside = trace.setSpan(within, span)
    return {
      traceparent,
      run: (code) => context.with(inside, code),
      end: (ended) => {
        endSpan(span, ended, this.content)
        this.#measure(ended)
      },
    }
  }

  record(spans: readonly Span[]): void {
    const begun = new Map<string, Context>()
    for (const span of spans) {
      const { traceparent, parent, startedAt } = span
      const within = (parent !== undefined && begun.get(parent)) || contextOf(parent)
      const target = this.#tracer.startSpan(nameOf(span), { ...startOptions(span), startTime: startedAt }, within)
      begun.set(traceparent, trace.setSpan(within, target))
      endSpan(target, span, this.content)
      this.#measure(span)
    }
  }

  observe(figures: readonly Figure[]): Unsubscribe {
    const meter = metrics.getMeter('@skein/memory')
    const stops = figures.map(({ name, description, unit, kind, read }) => {
      const options = { description, unit }
      const instrument =
        kind === 'counter' ? meter.createObservableCounter(name, options) : meter.createObservableGauge(name, options)
      const look = (result: { observe(value: number, of?: Attributes): void }): void => {
        const found = read()
        if (typeof found === 'number') result.observe(found)
        else for (const { value, of } of found ?? []) result.observe(value, of)
      }
      instrument.addCallback(look)
      return () => instrument.removeCallback(look)
    })
    return () => {
      for (const stop of stops) stop()
    }
  }

  #measure(span: Span): void {
    // Instruments stay with the provider that is there when they are made.
    this.#models ??= new ModelMetrics(metrics.getMeter('@skein/memory'))
    this.#models.record(span)
  }
}

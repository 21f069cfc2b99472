import { context, metrics, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'

let spans: ReadableSpan[] = []
// Those of the SDK hand spans on some time later.
const keep: SpanProcessor = {
  onStart: () => {},
  onEnd: (span) => void spans.push(span),
  forceFlush: async () => {},
  shutdown: async () => {},
}
const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
const reader = new PeriodicExportingMetricReader({ exporter: exported, exportIntervalMillis: 3_600_000 })
context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [keep] }))
metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader] }))

/** Forgets the spans so far. */
export function forgetSpans(): void {
  spans = []
}

/** The spans that have ended. */
export function endedSpans(): ReadableSpan[] {
  return spans
}

/** Resolves when some spans with this name have ended. */
export async function spansNamed(name: string, count = 1): Promise<ReadableSpan[]> {
  const deadline = AbortSignal.timeout(4_000)
  for (;;) {
    const found = endedSpans().filter((span) => span.name === name)
    if (found.length >= count) return found
    if (deadline.aborted) throw new Error(`No ${name}, but ${JSON.stringify(tree())}`)
    await new Promise((resolve) => setImmediate(resolve))
  }
}

/** The spans as a tree: each line a name, indented by depth, in the order of their beginnings. */
export function tree(all: readonly ReadableSpan[] = endedSpans()): string[] {
  const ids = new Set(all.map((span) => span.spanContext().spanId))
  const timeOf = ({ startTime: [seconds, nanos] }: ReadableSpan): number => seconds * 1e9 + nanos
  const below = (parent: string | undefined, depth: number): string[] =>
    all
      .filter(({ parentSpanContext: of }) => (of && ids.has(of.spanId) ? of.spanId : undefined) === parent)
      .toSorted((one, other) => timeOf(one) - timeOf(other))
      .flatMap((span) => [`${'  '.repeat(depth)}${span.name}`, ...below(span.spanContext().spanId, depth + 1)])
  return below(undefined, 0)
}

/** The last value of each metric, by name; of histograms, the sum. */
export async function metricValues(): Promise<Record<string, number>> {
  exported.reset()
  await reader.forceFlush()
  const all = exported.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics))
  return Object.fromEntries(
    all.map(({ descriptor: { name }, dataPoints }) => {
      const values = dataPoints.map(({ value }) => (typeof value === 'number' ? value : (value.sum ?? 0)))
      return [name, values.reduce((sum, value) => sum + value, 0)]
    }),
  )
}

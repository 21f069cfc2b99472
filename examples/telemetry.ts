/**
 * A flock that sends its spans to a collector of OpenTelemetry, over OTLP: to `OTEL_EXPORTER_OTLP_ENDPOINT`, or to
 * http://localhost:4318, where Jaeger, Grafana, Langfuse and others listen.
 *
 * Run it: `docker run -p 16686:16686 -p 4318:4318 jaegertracing/all-in-one`, then `node examples/telemetry.ts`
 *
 * @module
 */

import { context, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { agent, createFlock } from '@skein/core'
import { mapStore, openMemory } from '@skein/memory'
import { openTelemetry } from '@skein/memory/telemetry'

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
const provider = new TracerProvider({ spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })] })
trace.setGlobalTracerProvider(provider)

const telemetry = openTelemetry({ content: { level: 'public' } })
const memory = await openMemory({ store: mapStore(), telemetry })
const flock = await createFlock({ memory, threads: 2 })

const { answer } = flock.activities<typeof import('./telemetry-activities.ts')>(
  new URL('./telemetry-activities.ts', import.meta.url),
)
const reader = flock.spawn(agent({ role: 'reader', on: { answer } }))

// The app's own span: everything that follows from it is one trace.
await trace.getTracer('app').startActiveSpan('GET /answer', async (span) => {
  console.log(await reader.ask({ type: 'answer', input: 'What saves energy?' }))
  console.log(await reader.ask({ type: 'answer', input: 'What saves energy?' }))
  span.end()
})

await flock.close()
await memory.close()
await provider.shutdown()

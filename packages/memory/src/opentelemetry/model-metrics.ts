import type { Attributes, Histogram, Meter } from '@opentelemetry/api'

import { attribute } from '../tracing/conventions.ts'
import type { Span } from '../tracing/span.ts'

/** Bounds that the conventions advise. */
const tokenBounds = [
  1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864,
]
const secondBounds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]

/** Histograms of calls to models, made from their spans. Answers that were there already took no call. */
export class ModelMetrics {
  readonly #tokens: Histogram
  readonly #duration: Histogram

  constructor(meter: Meter) {
    this.#tokens = meter.createHistogram('gen_ai.client.token.usage', {
      description: 'Tokens that a call to a model used',
      unit: '{token}',
      advice: { explicitBucketBoundaries: tokenBounds },
    })
    this.#duration = meter.createHistogram('gen_ai.client.operation.duration', {
      description: 'How long an operation took',
      unit: 's',
      advice: { explicitBucketBoundaries: secondBounds },
    })
  }

  record({ operation, attributes, durationMs, error }: Span): void {
    if ((operation !== 'chat' && operation !== 'embeddings') || attributes[attribute.reused] === true) return
    const names: Attributes = {
      [attribute.operation]: operation,
      [attribute.provider]: attributes[attribute.provider] as string,
      [attribute.requestModel]: attributes[attribute.requestModel] as string,
    }
    this.#duration.record(durationMs / 1_000, error ? { ...names, [attribute.errorType]: error.type } : names)
    for (const type of ['input', 'output'] as const) {
      const tokens = attributes[type === 'input' ? attribute.inputTokens : attribute.outputTokens]
      if (typeof tokens === 'number') this.#tokens.record(tokens, { ...names, [attribute.tokenType]: type })
    }
  }
}

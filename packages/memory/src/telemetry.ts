/**
 * Spans and figures for OpenTelemetry, by its conventions for generative AI. Needs `@opentelemetry/api`.
 *
 * @module
 */

import './values/require-node.ts'

export { openTelemetry } from './opentelemetry/open-telemetry.ts'
export type { OpenTelemetryOptions } from './opentelemetry/open-telemetry.ts'
export type { Telemetry } from './tracing/telemetry-port.ts'

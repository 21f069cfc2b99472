import { windowMetrics } from '../../src/metrics/window-metrics.ts'
import type { ExportedRun, Metrics } from '../../src/protocol/protocol.ts'
import { api } from '../server/api.ts'
import { exportedRun } from '../server/exported-run.ts'
import { connection, replayIndex, timeShown } from '../state/page-state.ts'

/**
 * Loads the metrics up to the moment that is shown, from the server; an exported file computes them as the server does.
 *
 * @param since - Unix milliseconds.
 * @param until - Unix milliseconds.
 */
export async function loadMetrics(since?: number, until?: number): Promise<Metrics> {
  const shown = replayIndex.peek() === undefined ? undefined : Math.round(timeShown())
  const end = until === undefined ? shown : Math.min(until, shown ?? until)
  if (connection.peek() !== 'file') return api.metrics(since, end)
  return metricsOfFile(exportedRun() as ExportedRun, since, end)
}

/** Cache and budgets, of which marks say nothing, are those of the whole run. */
function metricsOfFile({ metrics, marks }: ExportedRun, from: number | undefined, end: number | undefined): Metrics {
  if (from === undefined && end === undefined) return metrics
  const since = Math.max(from ?? 0, metrics.since)
  const until = Math.max(since, end ?? metrics.until)
  const queues = metrics.queues.filter(({ at }) => at >= since && at <= until)
  return { ...metrics, ...windowMetrics(marks, { since, until }), since, until, queues }
}

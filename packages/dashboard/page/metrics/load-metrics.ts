import type { Metrics } from '../../src/protocol/protocol.ts'
import { api } from '../server/api.ts'
import { exportedRun } from '../server/exported-run.ts'
import { connection, history, replayIndex, sceneShown, timeShown } from '../state/page-state.ts'

/** Loads the metrics up to the moment that is shown, from the server; an exported file computes them from its events. */
export async function loadMetrics(): Promise<Metrics> {
  const until = replayIndex.peek() === undefined ? undefined : Math.round(timeShown())
  if (connection.peek() !== 'file') return api.metrics(undefined, until)
  const run = exportedRun()
  return until === undefined && run ? run.metrics : metricsFromEvents(run?.metrics)
}

const bucketCount = 60

/** Computes metrics from the events. Cache and budgets, of which events say nothing, are those of the whole run. */
function metricsFromEvents(ofRun: Metrics | undefined): Metrics {
  const { totals, costs, at: until, agents } = sceneShown()
  const since = Math.min(until, ...[...agents.values()].map(({ firstAt }) => firstAt))
  const width = Math.max(1, (until - since) / bucketCount)
  const series = Array.from({ length: bucketCount }, (_, index) => {
    const from = since + index * width
    let [calls, saved, done, failed] = [0, 0, 0, 0]
    for (const event of history.events.slice(history.indexAt(from), history.indexAt(from + width))) {
      if (event.type === 'used') calls += event.used.calls
      if (event.type === 'reused') saved += event.saved.calls
      if (event.type !== 'activity') continue
      if (event.phase === 'done') done += 1
      if (event.phase === 'failed' || event.phase === 'retried') failed += 1
    }
    return {
      at: from + width,
      calls,
      saved,
      reworkRate: done === 0 ? 0 : failed / (done + failed),
      escalationRate: 0,
    }
  }).filter(({ at }) => at <= until + width)
  const { reused, done, failed, retried, escalated } = totals
  return {
    since,
    until,
    saved: costs.saved,
    spent: costs.used,
    results: { computed: done, reused },
    cache: ofRun?.cache ?? { hits: 0, misses: 0, invalidations: 0 },
    completion: ofRun?.completion ?? { medianMs: 0, p95Ms: 0, count: 0 },
    reworkRate: done === 0 ? 0 : (failed + retried) / (done + failed + retried),
    escalationRate: done === 0 ? 0 : Math.min(1, escalated / done),
    budgets: ofRun?.budgets ?? [],
    series,
    queues: (ofRun?.queues ?? []).filter(({ at }) => at <= until),
  }
}

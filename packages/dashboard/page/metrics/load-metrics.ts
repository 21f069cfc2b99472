import type { Figures } from '../../src/protocol/protocol.ts'
import { api } from '../server/api.ts'
import { exportedRun } from '../server/exported-run.ts'
import { connection, history, moment, sceneShown, timeShown } from '../state/page-state.ts'

/** The figures up to the moment that is shown: as the server counts them, or as far as events tell. */
export async function loadFigures(): Promise<Figures> {
  const until = moment.peek() === undefined ? undefined : Math.round(timeShown())
  if (connection.peek() !== 'file') return api.figures(undefined, until)
  const run = exportedRun()
  return until === undefined && run ? run.figures : figuresFromEvents(run?.figures)
}

const points = 60

/** Counted on the page. What events do not tell (the cache, budgets) is taken from the end of the run. */
function figuresFromEvents(end: Figures | undefined): Figures {
  const { totals, at: until, agents } = sceneShown()
  const since = Math.min(until, ...[...agents.values()].map(({ firstAt }) => firstAt))
  const step = Math.max(1, (until - since) / points)
  const series = Array.from({ length: points }, (_, index) => {
    const from = since + index * step
    let [calls, avoided, failed] = [0, 0, 0]
    for (const event of history.events.slice(history.momentOf(from), history.momentOf(from + step))) {
      if (event.type === 'reused') avoided += event.count
      if (event.type !== 'activity') continue
      if (event.phase === 'done') calls += 1
      if (event.phase === 'failed' || event.phase === 'retried') failed += 1
    }
    return {
      at: from + step,
      calls,
      avoided,
      reworkRate: calls === 0 ? 0 : failed / (calls + failed),
      escalationRate: 0,
    }
  }).filter(({ at }) => at <= until + step)
  const { reused, savedMs, savedTokens, savedUsd, done, failed, retried, workMs, escalated } = totals
  return {
    since,
    until,
    avoided: { calls: reused, ms: savedMs, tokens: savedTokens, usd: savedUsd },
    spent: { calls: done, ms: workMs, tokens: 0, usd: 0 },
    cache: end?.cache ?? { hits: 0, misses: 0, invalidations: 0 },
    completion: end?.completion ?? { medianMs: 0, p95Ms: 0, count: 0 },
    reworkRate: done === 0 ? 0 : (failed + retried) / (done + failed + retried),
    escalationRate: done === 0 ? 0 : Math.min(1, escalated / done),
    budgets: end?.budgets ?? [],
    series,
    queues: (end?.queues ?? []).filter(({ at }) => at <= until),
  }
}

import type { BudgetScope } from '@skein/core/executor'
import type { Memory, View } from '@skein/memory'

import type { Metrics } from '../protocol/protocol.ts'
import { budgetBars } from './budget-bars.ts'
import type { MetricLog } from './metric-log.ts'
import type { QueueSampler } from './queue-sampler.ts'
import type { WorkWatch } from './work-watch.ts'
import { windowMetrics } from './window-metrics.ts'
import type { TimeWindow } from './window-metrics.ts'

/** What metrics are made from. */
export interface MetricSources {
  readonly memory: Pick<Memory, 'stats'>
  readonly view: View
  readonly metricLog: MetricLog
  /** Of the flock, if there is one. */
  readonly queues: QueueSampler | undefined
  readonly budgets: readonly BudgetScope[]
  readonly work: WorkWatch | undefined
}

/** Computes the metrics of a window, by default of the whole feed. @throws StoreError */
export async function metricsOf(sources: MetricSources, window: Partial<TimeWindow>): Promise<Metrics> {
  const { memory, view, metricLog, queues, budgets } = sources
  const work = await sources.work?.look()
  const marks = await metricLog.marks()
  const until = window.until ?? Math.max(Date.now(), (marks.at(-1)?.at ?? 0) + 1)
  const since = Math.max(window.since ?? 0, metricLog.startsAt ?? until)
  const { hits, misses, invalidations } = memory.stats()
  return {
    since,
    until,
    cache: { hits, misses, invalidations },
    budgets: await budgetBars(view, budgets),
    queues: queues?.within({ since: window.since ?? 0, until }) ?? [],
    ...windowMetrics(marks, { since, until }),
    ...(work && { work }),
  }
}

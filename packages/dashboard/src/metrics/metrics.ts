import type { BudgetScope } from '@skein/core'
import type { Memory, View } from '@skein/memory'

import type { Figures } from '../protocol/protocol.ts'
import { budgetBars } from './budget-bars.ts'
import type { FigureLog } from './metric-log.ts'
import type { QueueLog } from './queue-sampler.ts'
import { windowFigures } from './window-metrics.ts'
import type { Window } from './window-metrics.ts'

/** What figures are made from. */
export interface FigureSources {
  readonly memory: Pick<Memory, 'stats'>
  readonly view: View
  readonly log: FigureLog
  /** Of the flock, where there is one. */
  readonly queues: QueueLog | undefined
  readonly budgets: readonly BudgetScope[]
}

/** The figures of a window: all that the feed tells of, unless told. @throws StoreError */
export async function figuresOf(sources: FigureSources, asked: Partial<Window>): Promise<Figures> {
  const { memory, view, log, queues, budgets } = sources
  const marks = await log.marks()
  const until = asked.until ?? Math.max(Date.now(), (marks.at(-1)?.at ?? 0) + 1)
  const since = Math.max(asked.since ?? 0, log.startsAt ?? until)
  const { hits, misses, invalidations } = memory.stats()
  return {
    since,
    until,
    cache: { hits, misses, invalidations },
    budgets: await budgetBars(view, budgets),
    queues: queues?.within({ since: asked.since ?? 0, until }) ?? [],
    ...windowFigures(marks, { since, until }),
  }
}

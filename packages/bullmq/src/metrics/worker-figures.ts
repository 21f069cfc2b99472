import type { Figure, FigureValue } from '@skein/memory/runtime'

import { countMeanings, jobCounts } from './job-tally.ts'
import type { JobCount, JobCounts } from './job-tally.ts'

/** An activity as a worker counts it. */
export interface CountedActivity extends JobCounts {
  readonly name: string
  readonly running: number
}

/** What a worker does, for telemetry: by activity, and by its host. */
export function workerFigures(host: string, activities: () => readonly CountedActivity[]): readonly Figure[] {
  const read = (what: JobCount | 'running') => (): readonly FigureValue[] =>
    activities().map((activity) => ({
      value: activity[what],
      of: { 'skein.activity': activity.name, 'host.name': host },
    }))
  const common = { unit: '{job}' } as const
  const counters = jobCounts.map((what): Figure => {
    const name = what === 'takenOver' ? 'taken_over' : what
    return {
      ...common,
      name: `skein.worker.${name}`,
      description: countMeanings[what],
      kind: 'counter',
      read: read(what),
    }
  })
  const running: Figure = {
    ...common,
    name: 'skein.worker.running',
    description: 'Jobs that run',
    kind: 'gauge',
    read: read('running'),
  }
  return [running, ...counters]
}

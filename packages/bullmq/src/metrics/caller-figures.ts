import type { Figure, FigureValue } from '@skein/memory/runtime'

/** A job as its caller sees it. */
interface CalledJob {
  readonly identity: { readonly name: string }
  readonly isStarted: boolean
}

/** What a caller waits for, for telemetry: by activity. */
export function callerFigures(jobs: () => readonly CalledJob[]): readonly Figure[] {
  const count = (isStarted: boolean) => (): readonly FigureValue[] => {
    const byName = Map.groupBy(jobs(), ({ identity }) => identity.name)
    return [...byName].map(([name, all]) => ({
      value: all.filter((job) => job.isStarted === isStarted).length,
      of: { 'skein.activity': name },
    }))
  }
  const common = { unit: '{job}', kind: 'gauge' } as const
  return [
    { ...common, name: 'skein.jobs.waiting', description: 'Jobs that wait for a worker', read: count(false) },
    { ...common, name: 'skein.jobs.running', description: 'Jobs that workers run', read: count(true) },
  ]
}

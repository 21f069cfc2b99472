import type { RunRow } from '../../src/protocol/protocol.ts'

/** The filters of the list of runs, as in the address; empty ones are ignored. */
export interface RunFilters {
  /** Words of its files, questions or model. */
  readonly q?: string
  readonly state?: string
  /** The title of a run. */
  readonly task?: string
  /** The least number of calls to models. */
  readonly calls?: string
  /** Somebody who wrote something while it ran. */
  readonly agent?: string
  readonly order?: string
}

const orders: Readonly<Record<string, (run: RunRow) => number>> = {
  newest: ({ startedAt }) => startedAt,
  longest: ({ startedAt, endedAt }) => (endedAt ?? startedAt) - startedAt,
  'most calls': ({ used }) => used?.calls ?? 0,
  'most saved': ({ saved }) => saved?.calls ?? 0,
}

/** The orders that a list can have. */
export const orderNames: readonly string[] = Object.keys(orders)

/**
 * The runs that match all filters.
 *
 * @param wroteIn - Whether an agent wrote something while a run lasted.
 */
export function filterRuns(
  runs: readonly RunRow[],
  { q = '', state = '', task = '', calls = '', agent = '', order = '' }: RunFilters,
  wroteIn: (agent: string, run: RunRow) => boolean,
): readonly RunRow[] {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean)
  const by = orders[order] ?? ((run: RunRow) => run.startedAt)
  return runs
    .filter((run) => {
      const text = [run.title, run.model ?? '', run.state, ...run.questions].join('\n').toLowerCase()
      return (
        words.every((word) => text.includes(word)) &&
        (state === '' || run.state === state) &&
        (task === '' || run.title === task) &&
        (calls === '' || (run.used?.calls ?? 0) >= Number(calls)) &&
        (agent === '' || wroteIn(agent, run))
      )
    })
    .toSorted((a, b) => by(b) - by(a))
}

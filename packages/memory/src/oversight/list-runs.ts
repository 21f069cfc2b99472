import { hasEnded } from '../space/process-identity.ts'
import { requireInteger } from '../values/require-option.ts'
import type { Cost } from '../work/cost.ts'
import { objectInfoOf } from '../kinds/object-info.ts'
import type { Objects } from '../kinds/objects.ts'
import type { Records } from './records.ts'
import { runTag } from './run-record.ts'
import type { RunAnswer, RunOutcome, RunRecord } from './run-record.ts'

/** A run as a list shows it. */
export interface RunSummary {
  readonly id: string
  readonly title: string
  readonly questions: readonly string[]
  readonly model?: string
  /** `lost`: its process ended without telling of an end. */
  readonly state: 'running' | 'lost' | RunOutcome['state']
  /** Unix milliseconds. */
  readonly startedAt: number
  readonly endedAt?: number
  /** The rest is known of runs that have ended. */
  readonly agents?: number
  readonly used?: Cost
  readonly saved?: Cost
  readonly answers: readonly RunAnswer[]
  readonly problem?: string
}

/**
 * Lists the runs that {@link recordRun} recorded, as far as the view may see them, newest first.
 *
 * @param limit - At most 200.
 * @throws OptionError, StoreError
 */
export async function listRuns(
  view: { readonly objects: Objects; readonly records: Records },
  limit = 100,
): Promise<readonly RunSummary[]> {
  requireInteger('limit', limit, 1, 200)
  // A run has two records: of its start and of its end.
  const { items } = await view.records.list({ collection: 'objects', tags: [runTag], limit: 2 * limit })
  const records = await Promise.all(
    items.map(async ({ id, value }) => {
      const info = objectInfoOf(value)
      // One that is gone by now is listed no more.
      return info && (await view.objects.get({ id, ...info }).catch(() => undefined))
    }),
  )
  const runs = new Map<string, RunRecord>()
  for (const record of records.filter(isRun)) if (!runs.get(record.run)?.outcome) runs.set(record.run, record)
  return [...runs.values()]
    .toSorted((a, b) => b.startedAt - a.startedAt)
    .slice(0, limit)
    .map(toSummary)
}

/** Others may use the tag for something else. */
function isRun(value: unknown): value is RunRecord {
  const { run, title, questions, startedAt } = (value ?? {}) as Partial<RunRecord>
  return (
    typeof run === 'string' && typeof title === 'string' && Array.isArray(questions) && typeof startedAt === 'number'
  )
}

function toSummary({ run: id, title, questions, model, startedAt, process, outcome }: RunRecord): RunSummary {
  const about = { id, title, questions, ...(model !== undefined && { model }), startedAt }
  if (!outcome) return { ...about, state: hasEnded(process) ? 'lost' : 'running', answers: [] }
  return { ...about, ...outcome }
}

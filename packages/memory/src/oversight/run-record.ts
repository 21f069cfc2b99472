import type { Objects } from '../kinds/objects.ts'
import { ownProcess } from '../space/process-identity.ts'
import { requireStrings } from '../values/require-option.ts'
import { requireOptions } from '../values/require-options.ts'
import type { OptionKinds } from '../values/require-options.ts'
import { warn } from '../values/warn.ts'
import { newId } from '../values/new-id.ts'
import type { Cost } from '../work/cost.ts'

/** What a run works on. */
export interface RunPlan {
  /** What people call it: the names of its files, its job. */
  readonly title: string
  readonly questions: readonly string[]
  /** The model that it asks. */
  readonly model?: string
}

/** One result of a run. */
export interface RunAnswer {
  readonly question?: string
  /** The id of the object that holds it. */
  readonly object: string
  /** `false` for what is offered in place of an answer. */
  readonly isAnswered: boolean
}

const planKinds: OptionKinds<RunPlan> = { title: 'any', questions: 'any', model: 'string' }

/** What a run came to. */
export interface RunOutcome {
  readonly state: 'done' | 'failed' | 'stopped'
  /** The agents that took part. */
  readonly agents: number
  readonly used: Cost
  readonly saved: Cost
  readonly answers: readonly RunAnswer[]
  /** Why it failed. */
  readonly problem?: string
}

/** What is stored of a run: when it starts, and again, with its outcome, when it ends. */
export interface RunRecord extends RunPlan {
  readonly run: string
  /** Unix milliseconds. */
  readonly startedAt: number
  /** The process that it runs in, where its system tells when that has ended. */
  readonly process?: string
  readonly outcome?: RunOutcome & { readonly endedAt: number }
}

/** The tag of objects that hold a {@link RunRecord}. */
export const runTag = 'run'

/** How long the start of a run is kept that never told of its end, in milliseconds. */
const unfinishedMs = 7 * 86_400_000

/** A run that is under way; see {@link recordRun}. */
export interface RecordedRun {
  readonly id: string
  /** Records the outcome. */
  end(outcome: RunOutcome): Promise<void>
}

/**
 * Records that a run has started, so that dashboards list it. A memory that can't keep the record warns, and the run continues.
 *
 * @throws OptionError
 *
 * @example
 * ```ts
 * import { mapStore, openMemory } from '@skein/memory'
 * import { listRuns, noCost, recordRun } from '@skein/memory/runtime'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const view = memory.as({ id: 'clerk', role: 'clerk' })
 * const run = await recordRun(view, { title: 'Offers of May', questions: ['Which is the best?'] })
 * const best = await view.objects.put('The second.', { title: 'The best offer' })
 * const answers = [{ question: 'Which is the best?', object: best.id, isAnswered: true }]
 * await run.end({ state: 'done', agents: 1, used: noCost, saved: noCost, answers })
 * const [listed] = await listRuns(view)
 * listed?.state // => 'done'
 * await memory.close()
 * ```
 */
export async function recordRun(view: { readonly objects: Objects }, plan: RunPlan): Promise<RecordedRun> {
  const { title, questions, model } = requireOptions('recordRun', plan, planKinds)
  requireStrings('title', [title])
  requireStrings('questions', questions)
  const process = ownProcess()
  const started: RunRecord = {
    run: newId(),
    title,
    questions,
    ...(model !== undefined && { model }),
    startedAt: Date.now(),
    ...(process !== undefined && { process }),
  }
  const keep = async (record: RunRecord): Promise<void> => {
    const derivedFrom = [...new Set(record.outcome?.answers.map(({ object }) => object))]
    const named = {
      tags: [runTag],
      title: `${record.outcome ? 'Run' : 'Start of a run'}: ${title}`.slice(0, 200).toWellFormed(),
      derivedFrom,
    }
    try {
      await view.objects.put(record, { ...named, ...(!record.outcome && { ttlMs: unfinishedMs }) })
    } catch (error) {
      warn(error)
    }
  }
  await keep(started)
  return {
    id: started.run,
    end: (outcome) => keep({ ...started, outcome: { ...outcome, endedAt: Date.now() } }),
  }
}

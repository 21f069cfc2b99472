import type { Principal } from '@skein/memory'
import { workId } from '@skein/memory/runtime'
import type { ReadScope } from '@skein/memory/runtime'

import { ActivityCancelledError } from './activity-errors.ts'

/** Ended runs that can be repeated. */
const maxEnded = 200

/** A run of an activity. */
export interface TrackedRun<Asked> {
  readonly id: string
  readonly agent: string
  readonly activity: string
  /** What it is about, for people. */
  readonly title: string
  /** What was asked for, by which it is repeated. */
  readonly asked: Asked
  /** The id of its record in the memory, if its result is kept there: other processes know the run by that. */
  readonly work?: string
}

/** A run that has not ended. */
interface OpenRun<Asked> extends TrackedRun<Asked> {
  readonly control: AbortController
  work?: string
}

/** The runs of a flock that have not ended, and the last ones that have: what people see of them, cancel and repeat. */
export class OpenRuns<Asked extends { readonly scope: ReadScope }> {
  readonly #open = new Map<string, OpenRun<Asked>>()
  readonly #ended = new Map<string, TrackedRun<Asked>>()

  get size(): number {
    return this.#open.size
  }

  titleOf(run: string): string | undefined {
    return this.#open.get(run)?.title
  }

  /**
   * Does the work of a run, which can be cancelled meanwhile.
   *
   * @throws ActivityCancelledError, however the aborted work ends; else what the work throws.
   */
  async during<Result>(
    run: TrackedRun<Asked>,
    outer: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    const control = new AbortController()
    const { signal } = control
    const onAbort = (): void => control.abort(outer?.reason)
    if (outer?.aborted) onAbort()
    else outer?.addEventListener('abort', onAbort, { once: true })
    const open: OpenRun<Asked> = { ...run, control }
    this.#open.set(run.id, open)
    try {
      return await work(signal)
    } catch (error) {
      throw signal.reason instanceof ActivityCancelledError ? signal.reason : error
    } finally {
      outer?.removeEventListener('abort', onAbort)
      this.#open.delete(run.id)
      this.#remember({ ...run, ...(open.work !== undefined && { work: open.work }) })
    }
  }

  /** Notes under which key a run shares its result: other processes know it by its record. */
  keptAs(id: string, { clearance }: Principal, key: string): void {
    const { level = 'public', compartments = [] } = clearance ?? {}
    const run = this.#open.get(id)
    if (run) run.work = workId({ level, compartments }, key)
  }

  /**
   * @param id - Of the run, or of its record in the memory.
   * @returns whether the agent has such a run, which is aborted now.
   */
  cancel(agent: string, id: string, by: string): boolean {
    const run = find(this.#open, agent, id)
    if (!run) return false
    run.control.abort(new ActivityCancelledError(run.activity, agent, by))
    return true
  }

  /** What an ended run of an agent was asked for; `undefined` of one that has not ended, or is not remembered any longer. */
  ended(agent: string, id: string): Asked | undefined {
    return find(this.#ended, agent, id)?.asked
  }

  #remember(run: TrackedRun<Asked>): void {
    this.#ended.set(run.id, run)
    if (this.#ended.size > maxEnded) this.#ended.delete(this.#ended.keys().next().value as string)
  }
}

/** A run of an agent by its id, or the newest one by that of its record. */
function find<Run extends TrackedRun<unknown>>(
  runs: ReadonlyMap<string, Run>,
  agent: string,
  id: string,
): Run | undefined {
  const run = runs.get(id) ?? [...runs.values()].findLast(({ work, ...of }) => work === id && of.agent === agent)
  return run?.agent === agent ? run : undefined
}

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
}

/** A run that has not ended. */
interface OpenRun<Asked> extends TrackedRun<Asked> {
  readonly control: AbortController
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
    this.#open.set(run.id, { ...run, control })
    try {
      return await work(signal)
    } catch (error) {
      throw signal.reason instanceof ActivityCancelledError ? signal.reason : error
    } finally {
      outer?.removeEventListener('abort', onAbort)
      this.#open.delete(run.id)
      this.#remember(run)
    }
  }

  /** @returns whether the agent has such a run, which is aborted now. */
  cancel(agent: string, id: string, by: string): boolean {
    const run = this.#open.get(id)
    if (run?.agent !== agent) return false
    run.control.abort(new ActivityCancelledError(run.activity, agent, by))
    return true
  }

  /** What an ended run of an agent was asked for; `undefined` of one that has not ended, or is not remembered any longer. */
  ended(agent: string, id: string): Asked | undefined {
    const run = this.#ended.get(id)
    return run?.agent === agent ? run.asked : undefined
  }

  #remember(run: TrackedRun<Asked>): void {
    this.#ended.set(run.id, run)
    if (this.#ended.size > maxEnded) this.#ended.delete(this.#ended.keys().next().value as string)
  }
}

import type { AskOptions } from '../messages/questions.ts'
import type { RunInline } from './inline-activities.ts'

/** How to run a step of any kind: an agent is asked like this; `timeoutMs` of an activity is for one attempt. */
export interface RunStepOptions extends AskOptions {
  /** Of activities; agents ignore it. See `ActivityOptions`. */
  readonly onRetract?: 'keep' | 'recompute'
}

/** Work that `flock.map` can run: an activity, a step of an agent, or a pipe of several. */
export interface Runnable<Input, Output> {
  /** Runs it. The name tells a handle from a function of your own; call the handle instead. */
  readonly '~run': (input: Input, options?: RunStepOptions) => Promise<Output>
}

/** A handle of work: call it, or pass it to `flock.map`, `flock.mapReduce` or `pipe`. */
export interface StepRef<Input, Output> extends Runnable<Input, Output> {
  (input: Input, options?: RunStepOptions): Promise<Output>
}

/** What `flock.map` and `flock.reduce` run: a handle, or a function of this file. */
export type Work<Input, Output> = Runnable<Input, Output> | RunInline<Input, Output>

/** Makes a handle of a function. */
export function stepRef<Input, Output>(
  run: (input: Input, options: RunStepOptions) => Promise<Output>,
): StepRef<Input, Output> {
  const call = async (input: Input, options: RunStepOptions = {}): Promise<Output> => run(input, options)
  return Object.assign(call, { '~run': call })
}

/** Whether work is a handle; else it is a function to run inline. */
export function isRunnable<Input, Output>(work: Work<Input, Output>): work is Runnable<Input, Output> {
  return typeof (work as Partial<Runnable<Input, Output>> | undefined)?.['~run'] === 'function'
}

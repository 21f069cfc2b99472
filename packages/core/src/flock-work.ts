import { OptionError } from '@skein/memory'
import type { Memory } from '@skein/memory'
import { requireInteger, requireOptions, traced } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { activityRef, activityRefs } from './activities/activity-ref.ts'
import type { ActivitiesOf, ActivityRef, RunActivityOptions } from './activities/activity-ref.ts'
import { ActivityRunner } from './activities/activity-runner.ts'
import type { ActivityRunnerParts } from './activities/activity-runner.ts'
import { InlineActivities, inlineKinds } from './activities/inline-activities.ts'
import type { InlineOptions, RunInline } from './activities/inline-activities.ts'
import { moduleUrl } from './activities/module-url.ts'
import { isRunnable } from './activities/step-ref.ts'
import type { RunStepOptions, Work } from './activities/step-ref.ts'
import { Semaphore } from './base/semaphore.ts'
import { mapInputs } from './map-inputs.ts'
import { leastWidth, mapReduce } from './map-reduce.ts'
import type { MapReduceOptions, MapReduceResult } from './map-reduce.ts'
import type { Model } from './models/model.ts'

/** How to run a function once; see `Flock.run`. */
export interface RunOnceOptions extends InlineOptions, Pick<RunActivityOptions, 'as' | 'signal' | 'scope'> {}

/**
 * How to run work for each of several inputs; see `Flock.map`. A handle takes only the options that it takes when
 * called.
 */
export interface MapOptions extends RunOnceOptions {
  /**
   * Most steps that run at once.
   *
   * @defaultValue 64; with workers on other machines twice as many as these can run, if that is more
   */
  readonly concurrency?: number
}

/** How to merge notes; see `Flock.reduce`. */
export interface ReduceOptions extends MapOptions {
  /**
   * Most notes of one step; more are merged in a tree.
   *
   * @defaultValue 8
   */
  readonly fanIn?: number
}

const runKinds: OptionKinds<RunOnceOptions> = { ...inlineKinds, as: 'object', signal: 'object', scope: 'object' }
const mapKinds: OptionKinds<MapOptions> = { ...runKinds, concurrency: 'any' }
const reduceKinds: OptionKinds<ReduceOptions> = { ...mapKinds, fanIn: 'any' }

/** The part of a flock that runs work, with agents or without. */
export abstract class FlockWork {
  readonly memory: Memory
  /** @internal */
  protected readonly runner: ActivityRunner
  /** @internal */
  protected readonly inline: InlineActivities
  /** How many steps run at once where nobody says it. */
  readonly #width: () => number

  /** @internal */
  constructor(parts: ActivityRunnerParts, model: Model) {
    this.memory = parts.memory
    this.runner = new ActivityRunner(parts)
    this.inline = new InlineActivities(parts.memory, model)
    this.#width = () => Math.max(leastWidth, parts.executor.width ?? 0)
  }

  /**
   * Handles for the activities of a module, typed by it:
   * `flock.activities<typeof import('./report.ts')>(new URL('./report.ts', import.meta.url))`.
   * Only worker threads load the module.
   *
   * @param url - A URL, or what `import.meta.resolve` returns. In a built app, the JavaScript beside a TypeScript file.
   * @throws OptionError when it is no URL
   */
  activities<Module>(url: URL | string): ActivitiesOf<Module> {
    const named = moduleUrl(url)
    this.runner.prepare()
    return activityRefs<Module>(named, (module, name, input, options) => this.runner.run(module, name, input, options))
  }

  /**
   * A handle for a function of this file, which is run as an activity on this thread: for small work, and work that
   * mostly waits. It shares the event loop with the agents, and can't be ended when it ignores its signal; put work
   * that computes for long into a module, see {@link activities}.
   *
   * @throws OptionError
   */
  activity<Input, Output>(
    work: RunInline<Input, Output>,
    options: InlineOptions = {},
    // What takes the handle does not say what the function takes.
  ): ActivityRef<NoInfer<Input>, Output> {
    const { name, executor } = this.inline.define(work as RunInline<never, unknown>, options)
    const ref = activityRef('inline:', name, (module, _, input, how) =>
      this.runner.run(module, name, input, how, executor),
    )
    return ref as unknown as ActivityRef<Input, Output> // The function says what it takes and gives.
  }

  /**
   * Runs a function once, as {@link activity} does.
   *
   * @throws what the function throws; FlockClosedError, OptionError; the signal's reason
   *
   * @example
   * ```ts
   * import { createFlock } from '@skein/core'
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const flock = await createFlock({ memory })
   * await flock.run(async ({ memory }) => (await memory.facts.set('motto', 'Share.')).version) // => 1
   * await flock.close()
   * await memory.close()
   * ```
   */
  async run<Output>(work: RunInline<undefined, Output>, options: RunOnceOptions = {}): Promise<Output> {
    const { as, signal, scope, ...inline } = requireOptions('run', options, runKinds)
    const how = { ...(as && { as }), ...(signal && { signal }), ...(scope && { scope }) }
    return this.activity(work, inline)(undefined, how)
  }

  /**
   * Runs work for every input: a function, as {@link activity} does, or a handle of an activity, an agent or a pipe.
   *
   * @returns the results in the order of their inputs.
   * @throws MapReduceError when one fails, after the running ones have ended; FlockClosedError, OptionError; the
   * signal's reason
   *
   * @example
   * ```ts
   * import { createFlock } from '@skein/core'
   * import { mapStore, openMemory } from '@skein/memory'
   *
   * const memory = await openMemory({ store: mapStore() })
   * const flock = await createFlock({ memory })
   * const lengths = await flock.map(['to be', 'or not'], async (_, text) => text.length, { once: 'length' })
   * await flock.reduce(lengths, async (_, some) => Math.max(...some)) // => 6
   * await flock.close()
   * await memory.close()
   * ```
   */
  async map<Input, Output>(
    inputs: readonly Input[],
    work: Work<Input, Output>,
    options: MapOptions = {},
  ): Promise<Output[]> {
    const { concurrency, ...how } = requireOptions('map', options, mapKinds)
    if (!Array.isArray(inputs)) throw new OptionError('inputs', 'an array', inputs)
    if (concurrency !== undefined) requireInteger('concurrency', concurrency, 1)
    this.runner.requireOpen()
    const run = this.#runOf(work, how)
    const limits = { slots: new Semaphore(concurrency ?? this.#width), signal: how.signal, onFailure: 'stop' } as const
    const { made } = await mapInputs(inputs, (input: Input) => run(input), limits)
    return made as Output[] // All are there, or it has thrown.
  }

  /**
   * Merges notes into one, a few at a time, in a tree that follows their order; a single note is merged already.
   *
   * @param work - Merges a few notes; what {@link map} takes.
   * @throws what a step throws; FlockClosedError; OptionError, also when there are no notes; the signal's reason
   */
  async reduce<Note>(
    notes: readonly Note[],
    work: Work<readonly Note[], Note>,
    options: ReduceOptions = {},
  ): Promise<Note> {
    const { fanIn, concurrency, ...how } = requireOptions('reduce', options, reduceKinds)
    if (!Array.isArray(notes) || notes.length === 0) {
      throw new OptionError('notes', 'an array of at least one note', notes)
    }
    this.runner.requireOpen()
    const run = this.#runOf(work, how)
    const steps: MapReduceOptions<Note, Note> = {
      inputs: notes,
      map: async (note) => note,
      reduce: (some, { scope, signal }) => run(some, { scope, ...(signal && { signal }) }),
      ...(how.signal && { signal: how.signal }),
      ...(fanIn !== undefined && { fanIn }),
      ...(concurrency !== undefined && { concurrency }),
    }
    const { result } = await mapReduce(steps, this.#width)
    return result as Note // There was a note.
  }

  /**
   * Maps every input to a note, groups the notes by key, and merges each group,
   * then the groups, in trees of at most `fanIn` notes a step.
   *
   * Groups and trees follow the order of the inputs, never the order of
   * completion: the same inputs give the same result on any number of threads.
   *
   * @throws MapReduceError when a part fails and `onFailure` is `stop`; FlockClosedError, OptionError
   */
  async mapReduce<Input, Note>(options: MapReduceOptions<Input, Note>): Promise<MapReduceResult<Note>> {
    this.runner.requireOpen()
    const { tracing } = this.memory
    if (!tracing.isOn) return mapReduce(options, this.#width)
    return traced(tracing, { operation: 'invoke_workflow', target: 'map-reduce' }, () =>
      mapReduce(options, this.#width),
    )
  }

  /**
   * What a run that has not ended is about, for people: the activity and its input in words, such as `note: Energy`.
   * It may quote what the run's agent has read, so events don't hold it.
   *
   * @param run - As in the events of activities.
   */
  activityTitle(run: string): string | undefined {
    return this.runner.titleOf(run)
  }

  /** How to run work for one input. @throws OptionError */
  #runOf<Input, Output>(
    work: Work<Input, Output>,
    { once, onRetract, retry, timeoutMs, ...who }: RunOnceOptions,
  ): (input: Input, options?: RunStepOptions) => Promise<Output> {
    const limits = {
      ...(onRetract !== undefined && { onRetract }),
      ...(retry !== undefined && { retry }),
      ...(timeoutMs !== undefined && { timeoutMs }),
    }
    if (!isRunnable(work)) {
      const ref = this.activity(work, { ...limits, ...(once !== undefined && { once }) })
      return (input, options) => ref(input, { ...options, ...who })
    }
    if (once !== undefined) throw new OptionError('once', 'left out for a handle, which defines what it shares', once)
    return (input, options) => work['~run'](input, { ...options, ...limits, ...who })
  }
}

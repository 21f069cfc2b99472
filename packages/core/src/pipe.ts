import { OptionError } from '@skein/memory'
import { ReadScope, requireOptions } from '@skein/memory/runtime'
import type { OptionKinds } from '@skein/memory/runtime'

import { stepRef } from './activities/step-ref.ts'
import type { RunStepOptions, StepRef } from './activities/step-ref.ts'
import type { Step } from './map-reduce.ts'

// A step of map-reduce may pass its own options on.
const kinds: OptionKinds<RunStepOptions & { across: boolean }> = {
  signal: 'object',
  scope: 'object',
  timeoutMs: 'any',
  onRetract: 'any',
  across: 'boolean',
}

/**
 * Joins steps into one: each passes its result to the next, and the pipe resolves to the last result. Steps are
 * handles of activities, steps of agents (`agent.step('write')`), other pipes, or functions of the same shape. Each
 * step counts as having read everything that earlier steps have read.
 *
 * Call it with an input, or pass it to `flock.map`: then it works on several inputs at once, each at a different
 * step.
 *
 * @throws OptionError when a step is no function. The pipe rejects with what its steps reject with.
 *
 * @example
 * ```ts
 * import { agent, createFlock, pipe } from '@skein/core'
 * import { mapStore, openMemory } from '@skein/memory'
 *
 * const memory = await openMemory({ store: mapStore() })
 * const flock = await createFlock({ memory })
 * const find = flock.activity(async (_, topic: string) => [`${topic} is cheap`])
 * const write = flock.activity(async (_, notes: readonly string[]) => `${notes.join('. ')}.`)
 * const researcher = flock.spawn(agent({ role: 'researcher', on: { find } }))
 * const writer = flock.spawn(agent({ role: 'writer', on: { write } }))
 *
 * const article = pipe(researcher.step('find'), writer.step('write'))
 * await article('solar power') // => 'solar power is cheap.'
 * await flock.map(['wind', 'water'], article) // => ['wind is cheap.', 'water is cheap.']
 * await flock.close()
 * await memory.close()
 * ```
 */
export function pipe<A, B, C>(first: Step<A, B>, second: Step<B, C>): StepRef<A, C>
export function pipe<A, B, C, D>(first: Step<A, B>, second: Step<B, C>, third: Step<C, D>): StepRef<A, D>
export function pipe<A, B, C, D, E>(
  first: Step<A, B>,
  second: Step<B, C>,
  third: Step<C, D>,
  fourth: Step<D, E>,
): StepRef<A, E>
export function pipe<A, B, C, D, E, F>(
  first: Step<A, B>,
  second: Step<B, C>,
  third: Step<C, D>,
  fourth: Step<D, E>,
  fifth: Step<E, F>,
): StepRef<A, F>
export function pipe(...steps: readonly Step<unknown, unknown>[]): StepRef<unknown, unknown> {
  if (steps.length === 0) throw new OptionError('steps', expected, steps)
  for (const step of steps) if (typeof step !== 'function') throw new OptionError('steps', expected, step)
  return stepRef(async (input, given) => {
    const { scope = new ReadScope({ lasts: true }), ...options } = requireOptions('pipe', given, kinds)
    let value = input
    for (const step of steps) {
      options.signal?.throwIfAborted()
      value = await step(value, { ...options, scope })
    }
    return value
  })
}

const expected = "steps, such as handles of activities and agent.step('type')"

/**
 * The activities that {@link describeExecutor} runs, in whatever the executor runs them.
 *
 * @module
 */

import { setTimeout as sleep } from 'node:timers/promises'

import { OptionError } from '@skein/memory'

import { activity } from '../activities/activity.ts'
import type { Activity } from '../activities/activity.ts'

/** Doubles a number. */
export const double: Activity<number, number> = activity((_, n) => n * 2)

/** Many at a time, with what it was defined with. */
export const described: Activity<null, string> = activity(() => 'described', {
  kind: 'io',
  shared: true,
  version: '7',
  timeoutMs: 60_000,
  priority: 3,
})

/** Reports numbers before it returns. */
export const countTo: Activity<number, string> = activity(({ progress }, to) => {
  for (let n = 1; n <= to; n += 1) progress(n)
  return 'counted'
})

/** Fails with an error that has a class, a code, a field and a cause. */
export const fail: Activity<null, never> = activity(() => {
  const error = new OptionError('thing', 'better', 'worse')
  error.cause = new RangeError('the root')
  throw error
})

/** Returns what can't leave its thread. */
export const giveFunction: Activity<null, unknown> = activity(() => () => {})

/** Says that it runs, fails when its signal aborts, and leaves a fact that says so. */
export const tellsOfAbort: Activity<string, never> = activity(
  ({ memory, signal, progress }, key) =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => {
        memory.facts.set(key, 'aborted').then(() => reject(new Error('aborted')), reject)
      })
      progress('ready')
    }),
  { kind: 'io' },
)

/** Never ends by itself, and listens to nobody. */
export const spin: Activity<null, never> = activity(({ progress }) => {
  progress('spinning')
  for (;;);
})

/** Reads one fact, reports it, and writes another. */
export const copyFact: Activity<{ readonly from: string; readonly to: string }, unknown> = activity(
  async ({ memory, progress }, { from, to }) => {
    const value = await memory.facts.get(from)
    progress(value)
    await memory.facts.set(to, value ?? null)
    return value
  },
)

/** Reads a fact, then fails. */
export const readAndFail: Activity<string, never> = activity(async ({ memory }, key) => {
  throw new Error(`It says ${String(await memory.facts.get(key))}.`)
})

/** Has a thread to itself until a fact is there. */
export const untilFact: Activity<string, string> = activity(async ({ memory, progress, signal }, key) => {
  progress('ready')
  while ((await memory.facts.get(key)) === undefined) await sleep(10, undefined, { signal })
  return 'found'
})

/** Adds its name to a list of those that ran. */
export const enlist: Activity<{ readonly list: string; readonly name: string }, null> = activity(
  async ({ memory }, { list, name }) => {
    await memory.facts.update<readonly string[]>(list, (names = []) => [...names, name])
    return null
  },
)

/** Counts how often it ran; equal inputs mean equal results. */
export const sharedCount: Activity<string, number> = activity(
  async ({ memory }, key) => (await memory.facts.update<number>(key, (n = 0) => n + 1)).value,
  { shared: true },
)

/** Asks the model. */
export const askModel: Activity<string, string> = activity(async ({ model }, text) => {
  const { sentences } = await model.cite({ messages: [], passages: [{ id: 'a', text }], maxSentences: 1 })
  return sentences[0]?.text ?? ''
})

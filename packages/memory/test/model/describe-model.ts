import { openMemory } from '@skein/memory'
import type { MemoryOptions } from '@skein/memory'
import type { Label, StoreDriver } from '@skein/memory/store'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { labels, maySee, principals, programs, texts } from './programs.ts'
import type { Step, Who } from './programs.ts'
import { onMemory } from './run-on-memory.ts'
import { onModel } from './run-on-model.ts'

/**
 * Checks a store by random programs of many principals: it gives what the
 * model gives, and shows nobody anything of what is above its clearance.
 *
 * @param runs - Programs for each promise.
 */
export function describeModel(
  name: string,
  create: () => StoreDriver,
  runs: number,
  options: Partial<MemoryOptions> = {},
): void {
  const run = async (steps: readonly (readonly [step: Step, at: number])[]): Promise<unknown[]> => {
    await using memory = await openMemory({ ...options, store: create(), sharedObjectBytes: 2 ** 20 })
    // What goes on in the background when a space is first sealed ends with a sweep, after which versions begin higher.
    if (options.encryption) await memory.reseal()
    const perform = onMemory(memory)
    const results: unknown[] = []
    for (const [step, at] of steps) results.push(await perform(step, at))
    return results
  }
  const numbered = (steps: readonly Step[]): (readonly [Step, number])[] => steps.map((step, at) => [step, at])

  describe(`Random programs: ${name}`, () => {
    it('give what the model gives', async () => {
      const program = fc.asyncProperty(programs, async (steps) => {
        const expected = onModel(options.encryption !== undefined)
        const results = await run(numbered(steps))
        for (const [at, step] of steps.entries()) {
          const result = step.do === 'search' ? found(results[at]) : results[at]
          expect(result, `step ${at}: ${JSON.stringify(step)}`).toEqual(expected(step, at))
        }
      })
      await fc.assert(program, { numRuns: runs })
    })

    it('show nobody anything that what it may not see has changed', async () => {
      const observer = fc.constantFrom(...(Object.keys(principals) as Who[]).filter((who) => who !== 'high'))
      const program = fc.asyncProperty(programs, observer, async (steps, who) => {
        // What is declassified is meant to be seen.
        const kept = numbered(steps).filter(([step]) => step.do !== 'declassify')
        const all = [...kept, ...everything(who, steps.length)]
        const without = all.filter(([step]) => !writesAbove(step, who))
        const seen = own(all, await run(all), who)
        expect(seen).toEqual(own(without, await run(without), who))
      })
      await fc.assert(program, { numRuns: runs })
    })
  })
}

/** A search's entries without order and score. */
function found(result: unknown): unknown {
  return (result as [number][]).map(([at]) => at).toSorted((a, b) => a - b)
}

/** Whether all that a step can leave is above the observer's clearance. */
function writesAbove(step: Step, observer: Who): boolean {
  const above = (label: number): boolean => !maySee(observer, labels[label] as Label)
  switch (step.do) {
    case 'set':
    case 'add':
    case 'delete':
    case 'log':
    case 'alert':
      return step.who !== observer && above(step.label)
    case 'put':
      return step.who !== observer && (above(step.label) || (step.from !== undefined && above(step.from.label)))
    default:
      return false
  }
}

/** What the observer itself got, in order. */
function own(steps: readonly (readonly [Step, number])[], results: readonly unknown[], observer: Who): unknown[] {
  return results.filter((_, index) => steps[index]?.[0].who === observer)
}

/** Every question that one can ask. */
function everything(who: Who, from: number): (readonly [Step, number])[] {
  const choices = [undefined, 0, 1]
  const steps: Step[] = [
    ...labels.flatMap((_, label) => [0, 1, 2].map((key) => ({ who, do: 'get', key, label }) as const)),
    ...choices.flatMap((task) =>
      [1, 2, 50].map((limit) => ({ who, do: 'list', task, tag: undefined, not: undefined, limit }) as const),
    ),
    ...choices.flatMap((task) => texts.map((_, text) => ({ who, do: 'search', text, task }) as const)),
    { who, do: 'pending' },
  ]
  return steps.map((step, index) => [step, from + index])
}

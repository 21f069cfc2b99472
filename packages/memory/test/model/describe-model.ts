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
 * Checks a store by random programs of many principals: results equal those of
 * the model, and nobody sees anything above its clearance.
 *
 * @param runs - Programs per test.
 */
export function describeModel(
  name: string,
  create: () => StoreDriver,
  runs: number,
  options: Partial<MemoryOptions> = {},
): void {
  const run = async (steps: readonly (readonly [step: Step, at: number])[]): Promise<unknown[]> => {
    await using memory = await openMemory({ ...options, store: create(), sharedObjectBytes: 2 ** 20 })
    // The background reseal of a new space ends with a sweep, after which versions start higher.
    if (options.encryption) await memory.reseal()
    const perform = onMemory(memory)
    const results: unknown[] = []
    for (const [step, at] of steps) results.push(await perform(step, at))
    return results
  }
  const numbered = (steps: readonly Step[]): (readonly [Step, number])[] => steps.map((step, at) => [step, at])

  describe(`Random programs: ${name}`, () => {
    it('return what the model returns', async () => {
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

    it('show a principal the same, whatever others do above its clearance', async () => {
      const observer = fc.constantFrom(...(Object.keys(principals) as Who[]).filter((who) => who !== 'high'))
      const program = fc.asyncProperty(programs, observer, async (steps, who) => {
        // Declassified records are meant to be seen.
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

/** The entries of a search, without order and score. */
function found(result: unknown): unknown {
  return (result as [number][]).map(([at]) => at).toSorted((a, b) => a - b)
}

/** Whether everything that a step can write is above the observer's clearance. */
function writesAbove(step: Step, observer: Who): boolean {
  const above = (label: number): boolean => !maySee(observer, labels[label] as Label)
  switch (step.do) {
    case 'set':
    case 'add':
    case 'delete':
    case 'log':
    case 'retract':
    case 'alert':
      return step.who !== observer && above(step.label)
    case 'put':
      return step.who !== observer && (above(step.label) || (step.from !== undefined && above(step.from.label)))
    default:
      return false
  }
}

/** The observer's own results, in order. */
function own(steps: readonly (readonly [Step, number])[], results: readonly unknown[], observer: Who): unknown[] {
  return results.filter((_, index) => steps[index]?.[0].who === observer)
}

/** All read steps. */
function everything(who: Who, from: number): (readonly [Step, number])[] {
  const choices = [undefined, 0, 1]
  const steps: Step[] = [
    ...labels.flatMap((_, label) => [0, 1, 2].map((key) => ({ who, do: 'get', key, label }) as const)),
    ...choices.flatMap((task) =>
      [1, 2, 50].map((limit) => {
        const include = limit === 50 ? 'all' : 'holding'
        return { who, do: 'list', task, tag: undefined, not: undefined, limit, include } as const
      }),
    ),
    ...choices.flatMap((task) =>
      texts.flatMap((_, text) =>
        (['holding', 'all'] as const).map((include) => ({ who, do: 'search', text, task, include }) as const),
      ),
    ),
    { who, do: 'pending' },
  ]
  return steps.map((step, index) => [step, from + index])
}

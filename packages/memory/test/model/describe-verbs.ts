import { openMemory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { maySee } from './programs.ts'
import type { Who } from './programs.ts'
import { keptVersions, labelOf, verbPrograms, verbReads } from './verb-programs.ts'
import type { VerbStep } from './verb-programs.ts'
import { verbsOnMemory } from './verbs-on-memory.ts'
import { verbsOnModel } from './verbs-on-model.ts'

const history = { versions: keptVersions, prefixes: { clerk: 0 } } as const

/**
 * Checks forgetting, legal holds, times to live and history by random programs: results equal those of the model, and
 * what is above somebody's clearance leaves no trace.
 *
 * @param runs - Programs per test.
 */
export function describeVerbs(name: string, create: () => StoreDriver, runs: number): void {
  const run = async (steps: readonly VerbStep[]): Promise<unknown[]> => {
    // Others are given a heartbeat to hear of a hold.
    await using memory = await openMemory({ store: create(), history, heartbeatMs: 50, sharedObjectBytes: 0 })
    const perform = verbsOnMemory(memory)
    const results: unknown[] = []
    for (const [at, step] of steps.entries()) results.push(await perform(step, at))
    return results
  }

  describe(`Random programs about forgetting and history: ${name}`, () => {
    it('return what the model returns', async () => {
      const program = fc.asyncProperty(verbPrograms, async (steps) => {
        const all = [...steps, ...verbReads('high')]
        const expected = verbsOnModel()
        for (const [at, result] of (await run(all)).entries()) {
          const step = all[at] as VerbStep
          expect(result, `step ${at}: ${JSON.stringify(step)}`).toEqual(expected(step, at))
        }
      })
      await fc.assert(program, { numRuns: runs })
    })

    it('show a principal the same, whatever others do above its clearance', async () => {
      const program = fc.asyncProperty(verbPrograms, fc.constantFrom<Who>('low', 'mid'), async (steps, who) => {
        const all = [...steps.filter((step) => !isBroad(step, who)), ...verbReads(who)]
        const without = all.filter((step) => !isAbove(step, who))
        const seen = async (of: readonly VerbStep[]): Promise<unknown[]> => {
          const results = await run(of)
          return results.filter((_, at) => of[at]?.who === who)
        }
        expect(await seen(all)).toEqual(await seen(without))
      })
      await fc.assert(program, { numRuns: runs })
    })
  })
}

/** Whether a step of somebody else may depend on what is above the observer's clearance, and changes what is not. */
function isBroad(step: VerbStep, observer: Who): boolean {
  const { who, do: kind } = step
  if (kind === 'log' || kind === 'touch entry') return who !== observer
  const takes = kind === 'forget' || kind === 'hold' || kind === 'release'
  return takes && who !== observer && step.target.of !== 'fact'
}

function isAbove(step: VerbStep, observer: Who): boolean {
  if (step.who === observer) return false
  const label =
    'label' in step ? step.label : 'target' in step && step.target.of === 'fact' ? step.target.label : undefined
  return label !== undefined && !maySee(observer, labelOf(label))
}

import { openMemory } from '@skein/memory'
import type { StoreDriver } from '@skein/memory/store'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { midErasure } from '../../src/testing/verbs/mid-erasure.ts'
import { lineageOnMemory } from './lineage-on-memory.ts'
import { lineageOnModel } from './lineage-on-model.ts'
import { lineagePrograms, lineageReads, seesLabel } from './lineage-programs.ts'
import type { LineageStep } from './lineage-programs.ts'
import type { Who } from './programs.ts'

/** How many programs, and how long and large. */
export interface LineageSize {
  readonly runs: number
  /** Steps, at most. */
  readonly steps: number
  /** How many entries those steps write that write many. */
  readonly many: readonly number[]
}

type Numbered = readonly [step: LineageStep, at: number]

/**
 * Checks forgetting with all that is derived, corrections, doubt and legal holds by random programs: results equal those
 * of the model, and what is above somebody's clearance leaves no trace. Some erasures go in steps and parts, and others
 * write in the middle of them.
 */
export function describeLineage(
  name: string,
  create: () => StoreDriver,
  { runs, steps: most, many }: LineageSize,
): void {
  const programs = lineagePrograms(many, most)
  const run = async (steps: readonly Numbered[]): Promise<unknown[]> => {
    const middle = midErasure({ create })
    const options = { store: await middle.options.create(), heartbeatMs: 20, history: { versions: 0 } }
    await using memory = await openMemory(options)
    const perform = lineageOnMemory(memory, async (deed, erasing) => {
      middle.before(deed)
      return erasing().finally(() => middle.before(async () => {}))
    })
    const results: unknown[] = []
    for (const [step, at] of steps) results.push(await perform(step, at))
    return results
  }
  const numbered = (steps: readonly LineageStep[]): Numbered[] => steps.map((step, at) => [step, at])

  describe(`Random programs about derived records: ${name}`, () => {
    it('return what the model returns', async () => {
      const program = fc.asyncProperty(programs, async (steps) => {
        const all = numbered([...steps, ...lineageReads('low'), ...lineageReads('high')])
        const expected = lineageOnModel()
        for (const [index, result] of (await run(all)).entries()) {
          const [step, at] = all[index] as Numbered
          expect(result, `step ${at}: ${JSON.stringify(step)}`).toEqual(expected(step, at))
        }
      })
      await fc.assert(program, { numRuns: runs })
    })

    it('show a principal the same, whatever others do above its clearance', async () => {
      const program = fc.asyncProperty(programs, fc.constantFrom<Who>('low', 'mid'), async (given, who) => {
        const holds = given.some((step) => step.do === 'hold')
        // A record in `erasures` is as sensitive as all that went, so such an erasure decides who sees that one, too.
        const reaches = given.some((step) => step.do === 'forget' && step.who !== who && step.derived === 'forget')
        const reads = lineageReads(who).filter((step) => !(reaches && step.do === 'erasures'))
        const steps = numbered([...given, ...reads])
        const all = steps
          .filter(([step]) => !isBroad(step, who, holds) && !(step.who === who && isOfAbove(step, who)))
          .map(([step, at]): Numbered => [inOneWorld(step, who), at])
        const without = all
          .filter(([step]) => !isAbove(step, who))
          .map(([step, at]): Numbered => [below(step, who), at])
        const seen = async (of: readonly Numbered[]): Promise<unknown[]> => {
          const results = await run(of)
          const own = results.filter((_, index) => of[index]?.[0].who === who)
          // What others wrote in the middle of an erasure is not the observer's result.
          return own.map((result) => (isReport(result) ? { ...result, wrote: undefined } : result))
        }
        expect(await seen(all)).toEqual(await seen(without))
      })
      await fc.assert(program, { numRuns: runs })
    })
  })
}

function isReport(result: unknown): result is { readonly wrote: unknown } {
  return typeof result === 'object' && result !== null && 'wrote' in result
}

/** Whether a step of somebody else may depend on what is above the observer's clearance, and changes what is not. */
function isBroad(step: LineageStep, observer: Who, holds: boolean): boolean {
  if (step.who === observer || step.do !== 'forget') return false
  // What is derived may be somebody else's, or held: then nothing goes.
  return step.target.of !== 'record' || (step.derived === 'forget' && (step.who !== 'high' || holds))
}

/** Whether a step is about what is above the observer's clearance, and nothing else. */
function isOfAbove(step: LineageStep, observer: Who): boolean {
  if ('target' in step) return step.target.of === 'record' && !seesLabel(observer, step.target.label)
  return 'label' in step && !seesLabel(observer, step.label)
}

function isAbove(step: LineageStep, observer: Who): boolean {
  return step.who !== observer && isOfAbove(step, observer)
}

/** The step without what happens in the middle of it where the observer sees only one of the two, or attempts what is above it. */
function inOneWorld(step: LineageStep, observer: Who): LineageStep {
  if (step.do !== 'forget') return step
  const possible = step.meanwhile.map((one) => (one?.who === observer && isOfAbove(one, observer) ? undefined : one))
  if (!isAbove(step, observer)) return { ...step, meanwhile: possible }
  return { ...step, beside: 0, meanwhile: possible.map((one) => (one && isAbove(one, observer) ? one : undefined)) }
}

/** The step without what others write above the observer's clearance in the middle of it. */
function below(step: LineageStep, observer: Who): LineageStep {
  if (step.do !== 'forget') return step
  return { ...step, meanwhile: step.meanwhile.map((one) => (one && isAbove(one, observer) ? undefined : one)) }
}

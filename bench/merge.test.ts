import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { merge } from './src/report/merge.ts'
import { results } from './src/report/results.ts'
import type { Run } from './src/run.ts'

const before = JSON.parse(readFileSync(join(import.meta.dirname, 'results.json'), 'utf8')) as Run
const asked = before.answers.map(({ question }) => question)

/** A run that asked one question, on another day. */
function later(question: string, more: Partial<Run> = {}): Run {
  const answers = before.answers.filter((answer) => answer.question === question)
  return {
    ...before,
    answers: answers.map((answer) => ({
      ...answer,
      ...('measured' in answer && { measuredAt: '2030-01-02T03:04:05Z' }),
    })),
    ...more,
  }
}

it('a question that is asked again takes its place among the others, with the day on which it was measured', () => {
  const run = merge(later('send'), before, asked)
  expect(run.answers.map(({ question }) => question)).toEqual(asked)
  const days = run.answers.map((answer) => ('measured' in answer ? [answer.question, answer.measuredAt] : []))
  expect(days.filter(([, day]) => day?.startsWith('2030'))).toEqual([['send', '2030-01-02T03:04:05Z']])
  const [, section] = results(run).split('### send\n')
  expect(section?.split('###')[0]).toContain('Measured 2030-01-02.')
})

it('questions that are none any longer go, and those that were never asked are left out', () => {
  const names = ['new', ...asked.filter((name) => name !== 'ask')]
  const { answers } = merge(later('send'), before, names)
  expect(answers.map(({ question }) => question)).toEqual(names.slice(1))
})

it('refuses to put a quick run, or one of another machine, beside others; a whole run needs no others', () => {
  const machine = { ...before.machine, model: 'Other' }
  expect(() => merge(later('send', { quick: true }), before, asked)).toThrow('A quick run judges no time')
  expect(() => merge(later('send', { machine }), before, asked)).toThrow(/another machine: .*AMD EPYC.*Other/)
  expect(merge({ ...before, machine }, before, asked).machine.model).toBe('Other')
  expect(merge(later('send', { machine }), undefined, asked).machine.model).toBe('Other')
})

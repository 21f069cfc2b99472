import type { Outcome } from './ask-apart.ts'
import { figure, times } from './figures.ts'
import type { Verdict } from './judge.ts'
import type { Machine } from './machine.ts'
import type { Kind } from './question.ts'

/** What became of a question, for the console. */
export function render(outcome: Outcome): string {
  if ('missing' in outcome) return `${outcome.question}: left out: ${outcome.missing}\n`
  if ('failed' in outcome) return `${outcome.question}: FAILED: ${outcome.failed}\n`
  const { question, unit, kind, rounds, measured, ratios, load, seconds, leftOut } = outcome
  const width = Math.max(34, ...measured.map(({ name }) => name.length + 1))
  const columns = (cells: readonly string[]): string => cells.map((cell) => cell.padStart(12)).join('')
  const rows = measured.map(({ name, median, least, quartiles }) => {
    return `  ${name.padEnd(width)}${columns([median, least, ...quartiles].map((value) => figure(value, kind)))}`
  })
  return [
    `${question}: ${unit}`,
    `  ${''.padEnd(width)}${columns(['median', 'least', 'quartiles'])}`,
    ...rows,
    ...ratios.map((ratio) => `  ${sentence(ratio, kind)}`),
    ...leftOut.map((name) => `  ${name}: ended, because its turn did not end`),
    `  ${rounds} rounds, ${seconds.toFixed(0)} s, load ${load.map((value) => value.toFixed(1)).join(' to ')}\n`,
  ].join('\n')
}

/** What was found of what was asked for. */
function sentence(verdict: Verdict, kind: Kind): string {
  const { of, to, most } = verdict
  const said = verdict.verdict === 'unclear' ? 'the turns differ too much to say whether it is kept' : verdict.verdict
  const asked = to === undefined ? figure(most, kind) : times(most)
  return `${to === undefined ? of : `${of} / ${to}`}: ${found(verdict, kind)}, asked for at most ${asked}: ${said}`
}

/** The ratio, or its bounds where the turns differ too much for one number. */
export function found({ ratio, between, to }: Verdict, kind: Kind): string {
  const shown = (value: number): string => (to === undefined ? figure(value, kind) : times(value))
  return ratio === null ? `between ${shown(between[0])} and ${shown(between[1])}` : shown(ratio)
}

export function renderMachine({ versions, ...rest }: Machine): string {
  const facts = [...Object.entries(rest), ...Object.entries(versions)]
  return facts
    .map(([name, value]) => `${name} ${typeof value === 'number' ? Number(value.toFixed(2)) : value}`)
    .join(' · ')
}

import type { Outcome } from './ask-apart.ts'
import { figure, times } from './figures.ts'
import type { Verdict } from './judge.ts'
import type { Machine } from './machine.ts'
import type { Kind } from './question.ts'

/** Renders the outcome of a question for the console. */
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
    `  ${''.padEnd(width)}${columns(['median', 'minimum', 'quartiles'])}`,
    ...rows,
    ...ratios.map((ratio) => `  ${sentence(ratio, kind)}`),
    ...leftOut.map((name) => `  ${name}: terminated because its turn did not end`),
    `  ${rounds} rounds, ${seconds.toFixed(0)} s, load ${load.map((value) => value.toFixed(1)).join(' to ')}\n`,
  ].join('\n')
}

/** Compares a figure or ratio with its target. */
function sentence(verdict: Verdict, kind: Kind): string {
  const { of, to, most } = verdict
  const said = verdict.verdict === 'unclear' ? 'unclear, because the turns differ too much' : verdict.verdict
  const asked = to === undefined ? figure(most, kind) : times(most)
  return `${to === undefined ? of : `${of} / ${to}`}: ${found(verdict, kind)}, target at most ${asked}: ${said}`
}

/** Renders the ratio, or its bounds if the turns differ too much for one number. */
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

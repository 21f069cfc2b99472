import type { WriteStream } from 'node:tty'

import { plainText } from '@skein/memory/runtime'

import { amountsOf } from '../report/ceiling.ts'
import type { CostEstimate, ModelUse } from '../report/cost-estimate.ts'
import type { PlannedFile, ReportPlan } from '../report/report-plan.ts'
import { countOf } from '../terminal/amounts.ts'
import { renderTable } from '../terminal/table.ts'
import { numberText } from '../terminal/number-text.ts'

/** A plan in a line or two. */
export function renderPlan({ files, parts, questions, model, estimate, ceiling }: ReportPlan): string {
  const asked = questions.length === 0 ? 'a summary' : countOf(questions.length, 'question')
  const what = `${countOf(files.length, 'file')} in ${countOf(parts, 'part')}, ${asked}`
  if (!estimate) return `Plan: ${what}; the built-in model costs nothing.`
  const limit = ceiling ? ` It may use ${amountsOf(ceiling, 'or')}.` : ''
  return (
    `Plan: ${what}, with ${plainText(model)}.\n` +
    `The run will use about ${amountsOf(estimate, 'and')} (${spreadOf(estimate)}), less where the memory has answers.${limit}`
  )
}

/** A plan in full: each file, and what the run will use. */
export function renderFullPlan(plan: ReportPlan, stream: WriteStream): string {
  const isMeasured = plan.estimate !== undefined
  const columns = [
    { title: 'FILE', of: ({ source }: PlannedFile) => source },
    { title: 'PARTS', of: ({ parts }: PlannedFile) => numberText(parts), align: 'right' },
    ...(isMeasured
      ? [{ title: 'TOKENS', of: ({ tokens }: PlannedFile) => numberText(tokens), align: 'right' } as const]
      : []),
  ] as const
  return [...renderTable(plan.files, columns, stream), '', renderPlan(plan)].join('\n')
}

function spreadOf({ least, most }: CostEstimate): string {
  const range = (of: (use: ModelUse) => number): string =>
    of(least) === of(most) ? numberText(of(most)) : `${numberText(of(least))} to ${numberText(of(most))}`
  const money =
    least.usd === undefined || most.usd === undefined ? [] : [`$${least.usd.toFixed(2)} to $${most.usd.toFixed(2)}`]
  return [`${range(({ calls }) => calls)} calls`, `${range(({ tokens }) => tokens)} tokens`, ...money].join(', ')
}

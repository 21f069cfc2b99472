import type { WriteStream } from 'node:tty'

import type { RunSummary } from '@skein/memory/runtime'

import { countOf } from '../terminal/amounts.ts'
import { renderTable } from '../terminal/table.ts'
import type { Column } from '../terminal/table.ts'
import { spanOf } from '../terminal/time-text.ts'
import { numberText } from '../terminal/number-text.ts'

/** Renders runs as a table, with the columns of the dashboard. */
export function renderRuns(runs: readonly RunSummary[], now: number, stream: WriteStream): string {
  const columns: readonly Column<RunSummary>[] = [
    { title: 'RUN', of: ({ title }) => title },
    { title: 'QUESTIONS', of: ({ questions }) => questions.join(' · ') },
    { title: 'STATE', of: ({ state }) => state },
    { title: 'AGE', of: ({ startedAt }) => spanOf(now - startedAt), align: 'right' },
    {
      title: 'TOOK',
      of: ({ startedAt, endedAt }) => (endedAt === undefined ? '' : spanOf(endedAt - startedAt)),
      align: 'right',
    },
    { title: 'AGENTS', of: ({ agents }) => amountOf(agents), align: 'right' },
    { title: 'CALLS', of: ({ used }) => amountOf(used?.calls), align: 'right' },
    { title: 'SAVED', of: ({ saved }) => amountOf(saved?.calls), align: 'right' },
  ]
  return [...renderTable(runs, columns, stream), countOf(runs.length, 'run')].join('\n')
}

function amountOf(amount: number | undefined): string {
  return amount === undefined ? '' : numberText(amount)
}

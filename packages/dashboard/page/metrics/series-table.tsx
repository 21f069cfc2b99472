import type { VNode } from 'preact'

import type { Metrics } from '../../src/protocol/protocol.ts'
import { timeShown } from '../state/page-state.ts'
import { amount, percent, timestamp } from '../ui/amounts.ts'
import { ChartTable } from './chart-table.tsx'

const columns = ['Time', 'Calls made', 'Calls saved', 'Rework', 'Escalations']

/** The series of the metrics as a table. */
export function SeriesTable({ series }: Pick<Metrics, 'series'>): VNode {
  const now = timeShown()
  return (
    <ChartTable
      title="Calls and rates as a table"
      columns={columns}
      rows={series.map(({ at, calls, saved, reworkRate, escalationRate }) => {
        const cells = [amount(calls), amount(saved), percent(reworkRate), percent(escalationRate)]
        return { key: at, head: timestamp(at, now), cells }
      })}
    />
  )
}

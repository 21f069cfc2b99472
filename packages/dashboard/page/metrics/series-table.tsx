import type { VNode } from 'preact'

import type { Figures } from '../../src/protocol/protocol.ts'
import { timeShown } from '../state/page-state.ts'
import { amount, moment, percent } from '../ui/amounts.ts'
import { ChartTable } from './chart-table.tsx'

const columns = ['Time', 'Calls made', 'Calls avoided', 'Rework', 'Escalations']

/** What the feed tells over time, as a table. */
export function SeriesTable({ series }: Pick<Figures, 'series'>): VNode {
  const now = timeShown()
  return (
    <ChartTable
      title="Calls and rates as a table"
      columns={columns}
      rows={series.map(({ at, calls, avoided, reworkRate, escalationRate }) => {
        const cells = [amount(calls), amount(avoided), percent(reworkRate), percent(escalationRate)]
        return { key: at, head: moment(at, now), cells }
      })}
    />
  )
}

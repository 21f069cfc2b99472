import type { VNode } from 'preact'

import type { Metrics } from '../../src/protocol/protocol.ts'
import { timeShown } from '../state/page-state.ts'
import { amount, timestamp } from '../ui/amounts.ts'
import { ChartTable } from './chart-table.tsx'
import { Chart } from './chart.tsx'

/** Queue lengths over time, as a chart and as a table. */
export function QueueChart({ queues }: Pick<Metrics, 'queues'>): VNode {
  const now = timeShown()
  const hasActivities = queues.some(({ activities }) => activities !== undefined)
  return (
    <>
      <h2>Queues</h2>
      <Chart
        title="Queue lengths"
        times={queues.map(({ at }) => at)}
        lines={[
          { name: 'messages in mailboxes', values: queues.map(({ messages }) => messages), role: 'accent' },
          ...(hasActivities
            ? [
                {
                  name: 'activities waiting for a thread',
                  values: queues.map(({ activities = 0 }) => activities),
                  role: 'text' as const,
                },
              ]
            : []),
        ]}
      />
      <ChartTable
        title="Queue lengths as a table"
        columns={['Time', 'Messages in mailboxes', ...(hasActivities ? ['Activities waiting for a thread'] : [])]}
        rows={queues.map(({ at, messages, activities = 0 }) => {
          const cells = [amount(messages), ...(hasActivities ? [amount(activities)] : [])]
          return { key: at, head: timestamp(at, now), cells }
        })}
      />
    </>
  )
}

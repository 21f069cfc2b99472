import type { VNode } from 'preact'

import type { Figures } from '../../src/protocol/protocol.ts'
import { timeShown } from '../state/page-state.ts'
import { amount, moment } from '../ui/amounts.ts'
import { Chart } from './chart.tsx'
import { ChartTable } from './chart-table.tsx'

/** How much waited to be done, as a chart and as a table. */
export function QueueChart({ queues }: Pick<Figures, 'queues'>): VNode {
  const now = timeShown()
  const knowsActivities = queues.some(({ activities }) => activities !== undefined)
  return (
    <>
      <h2>What waits</h2>
      <Chart
        title="Queues"
        times={queues.map(({ at }) => at)}
        lines={[
          { name: 'messages in mailboxes', values: queues.map(({ messages }) => messages), role: 'accent' },
          ...(knowsActivities
            ? [
                {
                  name: 'activities without a thread',
                  values: queues.map(({ activities = 0 }) => activities),
                  role: 'text' as const,
                },
              ]
            : []),
        ]}
      />
      <ChartTable
        title="The queues as a table"
        columns={['Time', 'Messages in mailboxes', ...(knowsActivities ? ['Activities without a thread'] : [])]}
        rows={queues.map(({ at, messages, activities = 0 }) => {
          const cells = [amount(messages), ...(knowsActivities ? [amount(activities)] : [])]
          return { key: at, head: moment(at, now), cells }
        })}
      />
    </>
  )
}

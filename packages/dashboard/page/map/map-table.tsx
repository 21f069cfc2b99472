import type { VNode } from 'preact'

import { OrderButton } from '../orders/order-button.tsx'
import { agentsOf, statusOfAgent } from '../state/agent-status.ts'
import { timeShown, useScene } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { isAlive } from '../state/scene.ts'
import { ago, amount } from '../ui/amounts.ts'
import { ColumnHeads } from '../ui/column-heads.tsx'
import { Text } from '../ui/text.tsx'
import { groupingFor, groupOf } from './groups.ts'
import { statusOf } from './orbit.ts'

const maxRows = 200

/** The map as tables: agents with their work, and the latest records. */
export function MapTable(): VNode {
  const scene = useScene()
  const now = timeShown()
  const grouping = groupingFor(scene.agents.values())
  const agents = agentsOf(scene).toSorted((a, b) => b.lastAt - a.lastAt)
  const records = [...scene.records.values()].filter((record) => isAlive(record, now)).toReversed()
  return (
    <div class="tables" tabindex={0} role="region" aria-label="The flock as tables">
      <table class="stacked">
        <caption>
          Agents {agents.length > maxRows && `(the ${maxRows} most recently active, of ${amount(agents.length)})`}
        </caption>
        <ColumnHeads
          names={['Agent', 'Role', 'State', 'Works on', 'Group', 'Wrote', 'Read of others', 'Reused']}
          figures={['Wrote', 'Read of others', 'Reused']}
        />
        <tbody>
          {agents.slice(0, maxRows).map((agent) => (
            <tr key={agent.id}>
              <th scope="row">
                <a href={linkTo('map', [agent.id])}>
                  <Text of={agent.id} maxLength={40} />
                </a>{' '}
                {agent.isReported && <OrderButton target={{ agent: agent.id }} label="Orders" />}
              </th>
              <td data-head="Role">
                <Text of={agent.role} maxLength={30} />
              </td>
              <td data-head="State">{statusOfAgent(agent, scene, now)}</td>
              <td data-head="Works on">
                <Text of={agent.activity ?? agent.task ?? '—'} maxLength={30} />
              </td>
              <td data-head="Group">
                <Text of={groupOf(agent, grouping)} maxLength={30} />
              </td>
              <td data-head="Wrote" class="number">
                {amount(agent.wrote)}
              </td>
              <td data-head="Read of others" class="number">
                {amount(agent.read)}
              </td>
              <td data-head="Reused" class="number">
                {amount(agent.reused)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <table class="stacked">
        <caption>
          Records {records.length > maxRows && `(the ${maxRows} most recently written, of ${amount(records.length)})`}
        </caption>
        <ColumnHeads
          names={['Record', 'Collection', 'Author', 'Status', 'Read by others', 'Written']}
          figures={['Read by others', 'Written']}
        />
        <tbody>
          {records.slice(0, maxRows).map((record) => (
            <tr key={record.key}>
              <th scope="row">
                <a href={linkTo('memory', [record.collection, record.id])}>
                  <Text of={record.title || record.id} maxLength={60} />
                </a>
              </th>
              <td data-head="Collection">{record.collection}</td>
              <td data-head="Author">
                <Text of={record.author} maxLength={30} />
              </td>
              <td data-head="Status">{statusOf(record, now)}</td>
              <td data-head="Read by others" class="number">
                {amount(record.reads)}
              </td>
              <td data-head="Written" class="number">
                {ago(now - record.writtenAt)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

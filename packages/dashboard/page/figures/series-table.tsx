import type { VNode } from 'preact'

import type { Figures } from '../../src/protocol.ts'
import { timeShown } from '../shell/page-state.ts'
import { amount, moment, percent } from '../text/amounts.ts'

const mostRows = 200

/** The charts as a table. */
export function SeriesTable({ series }: Pick<Figures, 'series'>): VNode {
  const now = timeShown()
  return (
    <details>
      <summary>The charts as a table</summary>
      <div class="tables" tabindex={0} role="region" aria-label="The charts as a table">
        <table>
          <thead>
            <tr>
              <th scope="col">Time</th>
              <th scope="col">Calls made</th>
              <th scope="col">Calls avoided</th>
              <th scope="col">Rework</th>
              <th scope="col">Escalations</th>
            </tr>
          </thead>
          <tbody>
            {series.slice(-mostRows).map(({ at, calls, avoided, reworkRate, escalationRate }) => (
              <tr key={at}>
                <th scope="row">{moment(at, now)}</th>
                <td class="number">{amount(calls)}</td>
                <td class="number">{amount(avoided)}</td>
                <td class="number">{percent(reworkRate)}</td>
                <td class="number">{percent(escalationRate)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  )
}

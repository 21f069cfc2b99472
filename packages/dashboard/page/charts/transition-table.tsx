import type { VNode } from 'preact'

import type { ChartState } from '../../src/protocol/protocol.ts'
import { ColumnHeads } from '../ui/column-heads.tsx'
import { Text } from '../ui/text.tsx'

/** A chart as a table, for whoever can't see it or looks for one event. */
export function TransitionTable({
  chart,
  states,
}: {
  readonly chart: ChartState
  readonly states: readonly string[]
}): VNode {
  const active = new Set(states)
  return (
    <details class="transition-table">
      <summary>As a table</summary>
      <table class="stacked">
        <ColumnHeads names={['State', 'Event', 'Guard', 'Leads to']} figures={[]} />
        <tbody>
          {allStates(chart).flatMap((state) =>
            (state.transitions.length === 0 ? [undefined] : state.transitions).map((transition, index) => (
              <tr key={`${state.path} ${index}`}>
                <th scope="row">
                  <Text of={state.path === '' ? state.name : state.path} maxLength={80} />
                  {active.has(state.path) && <span class="accent"> (now)</span>}
                  {state.type === 'final' && <span class="muted"> (final)</span>}
                </th>
                <td data-head="Event">{transition ? <Text of={transition.event} maxLength={80} /> : '—'}</td>
                <td data-head="Guard">
                  {transition?.guard === undefined ? '—' : <Text of={transition.guard} maxLength={80} />}
                </td>
                <td data-head="Leads to">
                  <Text of={transition?.targets.join(', ') || '—'} maxLength={120} />
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </details>
  )
}

function allStates(state: ChartState): readonly ChartState[] {
  return [state, ...state.states.flatMap(allStates)]
}

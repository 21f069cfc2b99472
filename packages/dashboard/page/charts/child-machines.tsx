import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'

import type { ChartChild } from '../../src/protocol/protocol.ts'
import { amount } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { moveKey } from './move-key.ts'
import { MoveList, pathWords } from './move-list.tsx'
import { StateChart } from './state-chart.tsx'

/** Options of {@link ChildMachines}. */
export interface ChildMachinesProps {
  readonly of: readonly ChartChild[]
  /** How many there are, the ones that are not told of included. */
  readonly count: number
}

/** Machines whose charts are open at first, if there are no more. */
const mostOpen = 2

/** The machines that a machine has invoked or spawned: the present state of each, and its chart. */
export function ChildMachines({ of, count }: ChildMachinesProps): VNode | null {
  if (of.length === 0) return null
  return (
    <section class="child-machines" aria-label="Machines within">
      <h3>Machines within</h3>
      <ul class="plain">
        {of.map((child) => (
          <li key={child.id}>
            <ChildChart child={child} isOpen={of.length <= mostOpen} />
          </li>
        ))}
      </ul>
      {count > of.length && <p class="hint">{amount(count - of.length)} more are not listed.</p>}
    </section>
  )
}

function ChildChart({ child, isOpen }: { readonly child: ChartChild; readonly isOpen: boolean }): VNode {
  const { id, name, chart, states: present, moves = [], children, childCount } = child
  const selected = useSignal<string | undefined>(undefined)
  const picked = moves.find((move) => moveKey(move) === selected.value)
  const states = picked?.states ?? present
  const words = (
    <>
      <Text of={name} maxLength={60} /> <span class="muted">in</span>{' '}
      <strong>
        <Text of={pathWords(states)} maxLength={200} />
      </strong>
      {name !== id && <Text class="muted child-id" of={id} maxLength={60} />}
    </>
  )
  return (
    <>
      {chart ? (
        <details open={isOpen}>
          <summary>{words}</summary>
          <StateChart
            chart={chart}
            states={states}
            move={picked ?? moves.at(-1)}
            label={`State chart of ${name.slice(0, 60)}, in ${pathWords(states).slice(0, 200)}`}
            name={`State chart of ${id.slice(0, 60)}`}
          />
          {moves.length > 0 && (
            <MoveList
              moves={moves}
              selected={picked && moveKey(picked)}
              onSelect={(move) => (selected.value = move && moveKey(move))}
            />
          )}
        </details>
      ) : (
        <p>{words}</p>
      )}
      <ChildMachines of={children} count={childCount} />
    </>
  )
}

import type { VNode } from 'preact'

import type { ChartMove, ChartTransition } from '../../src/protocol/protocol.ts'
import { timeShown } from '../state/page-state.ts'
import { amount, timestamp } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { moveKey } from './move-key.ts'

const mostRows = 50

/** What a machine did, newest first. A click, or Enter, shows it on the chart. */
export function MoveList({
  moves,
  selected,
  onSelect,
}: {
  readonly moves: readonly ChartMove[]
  readonly selected: string | undefined
  readonly onSelect: (move: ChartMove | undefined) => void
}): VNode {
  const now = timeShown()
  const rows = moves.slice(-mostRows).toReversed()
  return (
    <section class="moves">
      <h3>
        How it came here <small>{moves.length > mostRows && `the last ${mostRows}`}</small>
      </h3>
      {rows.length === 0 && <p class="muted">The dashboard has seen no events of this agent.</p>}
      <ol class="plain" reversed>
        {rows.map((move) => {
          const isSelected = moveKey(move) === selected
          return (
            <li key={moveKey(move)}>
              <button
                type="button"
                class="quiet"
                aria-pressed={isSelected}
                onClick={() => onSelect(isSelected ? undefined : move)}
              >
                <span class="muted">
                  {timestamp(move.at, now)}
                  {move.count > 1 && ` · ${amount(move.count)} times`}
                </span>
                {move.transitions.map((transition, index) => (
                  <span key={index}>
                    <Words of={transition} />
                  </span>
                ))}
                <span>
                  → <strong>{<Text of={pathWords(move.states)} maxLength={120} />}</strong>
                </span>
              </button>
            </li>
          )
        })}
      </ol>
    </section>
  )
}

function Words({ of: { event, guard } }: { readonly of: ChartTransition }): VNode {
  return (
    <>
      <Text of={event} maxLength={60} />
      {guard !== undefined && (
        <span class="muted">
          {' as '}
          <Text of={guard} maxLength={60} />
        </span>
      )}
    </>
  )
}

/** The innermost states of some: `reading.page`, `left and right`. */
export function pathWords(states: readonly string[]): string {
  const inner = states.filter((path) => path !== '' && !states.some((other) => other.startsWith(`${path}.`)))
  return inner.length === 0 ? 'its only state' : inner.join(' and ')
}

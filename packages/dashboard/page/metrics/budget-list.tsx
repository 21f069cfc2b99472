import type { VNode } from 'preact'

import type { Metrics } from '../../src/protocol/protocol.ts'
import { amount, duration, money } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'

/** How much of each budget is used up. */
export function BudgetList({ budgets }: Pick<Metrics, 'budgets'>): VNode {
  return (
    <>
      <h2>Budgets</h2>
      <ul class="plain budgets">
        {budgets.map(({ id, measure, spent, limit }) => (
          <li key={`${id} ${measure}`}>
            <span>
              <Text of={id} maxLength={40} /> <span class="muted">{measure}</span>
            </span>
            <meter
              min={0}
              max={limit}
              high={limit * 0.8}
              value={Math.min(spent, limit)}
              aria-label={`${id.slice(0, 60)}: ${measure}`}
            />
            <span class="number">
              {format(measure, spent)} of {format(measure, limit)}
            </span>
          </li>
        ))}
      </ul>
    </>
  )
}

function format(measure: string, value: number): string {
  if (measure === 'usd') return money(value)
  return measure === 'wallMs' ? duration(value) : amount(value)
}

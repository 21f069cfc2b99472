import type { VNode } from 'preact'

import type { RecordDetail } from '../../src/protocol/protocol.ts'
import { timeShown } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { spanTitle } from '../ui/span-title.ts'
import { timestamp } from '../ui/amounts.ts'
import { Text } from '../ui/text.tsx'
import { Unlisted } from '../ui/unlisted.tsx'

/** Leads to the work that wrote or read a record. */
export function RecordTraces({ record: { traces = [], traceCount = 0 } }: { record: RecordDetail }): VNode | null {
  if (traces.length === 0) return null
  const now = timeShown()
  return (
    <section>
      <h3>Part of the work</h3>
      <ul class="plain">
        {traces.map(({ trace, span, operation, agent, at }) => (
          <li key={span}>
            <a href={linkTo('traces', [trace, span])}>{spanTitle({ operation })}</a>{' '}
            <span class="muted">
              {agent !== undefined && (
                <>
                  by <Text of={agent} maxLength={60} />,{' '}
                </>
              )}
              {timestamp(at, now)}
            </span>
          </li>
        ))}
      </ul>
      <Unlisted all={traceCount} listed={traces.length} one="step" />
    </section>
  )
}

import type { ComponentChildren, VNode } from 'preact'

import type { WorkCounts, WorkQueue } from '../../src/protocol/protocol.ts'
import { amount } from '../ui/amounts.ts'
import { ColumnHeads } from '../ui/column-heads.tsx'
import { Text } from '../ui/text.tsx'

/** Activities and workers of other machines: what waits, runs, is done, and had to be done again. */
export function WorkTables({ work: { queue, activities, workers } }: { work: WorkQueue }): VNode {
  return (
    <>
      <h2>
        Workers of the queue <Text of={queue} maxLength={40} />
      </h2>
      <Table caption="Activities" columns={['activity', 'workers', 'waiting', ...countNames]}>
        {activities.map(({ name, version, waiting, workers: having, missing, ...counts }) => (
          <Row
            key={`${name}@${version} ${missing}`}
            name={`${name}@${version}`}
            counts={[having, waiting, ...countsOf(counts)]}
            note={missing}
          />
        ))}
      </Table>
      {workers.length === 0 && <p class="hint">There are no workers.</p>}
      {workers.length > 0 && (
        <Table caption="Workers" columns={['worker', ...countNames]}>
          {workers.map(({ id, isDraining, ...counts }) => (
            <Row key={id} name={id} counts={countsOf(counts)} note={isDraining ? 'draining' : undefined} />
          ))}
        </Table>
      )}
    </>
  )
}

const countNames = ['running', 'done', 'failed', 'retried', 'stalled'] as const

function countsOf(counts: WorkCounts): readonly number[] {
  return countNames.map((name) => counts[name])
}

function Table(of: { caption: string; columns: readonly string[]; children: ComponentChildren }): VNode {
  return (
    <div class="tables" tabindex={0} role="region" aria-label={of.caption}>
      <table>
        <ColumnHeads names={of.columns} figures={of.columns.slice(1)} />
        <tbody>{of.children}</tbody>
      </table>
    </div>
  )
}

function Row({ name, counts, note }: { name: string; counts: readonly number[]; note: string | undefined }): VNode {
  return (
    <tr>
      <th scope="row">
        <Text of={name} maxLength={60} />
        {note !== undefined && (
          <p class="muted">
            <Text of={note} maxLength={200} />
          </p>
        )}
      </th>
      {counts.map((count, index) => (
        <td key={index} class="number">
          {amount(count)}
        </td>
      ))}
    </tr>
  )
}

import type { VNode } from 'preact'

import { ColumnHeads } from '../ui/column-heads.tsx'
import { Unlisted } from '../ui/unlisted.tsx'

const maxRows = 200

/** Options of {@link ChartTable}. */
export interface ChartTableProps {
  readonly title: string
  readonly columns: readonly string[]
  readonly rows: readonly { readonly key: number; readonly head: string; readonly cells: readonly string[] }[]
}

/** The data of a chart, as a collapsed table. */
export function ChartTable({ title, columns, rows }: ChartTableProps): VNode {
  return (
    <details>
      <summary>{title}</summary>
      <div class="tables" tabindex={0} role="region" aria-label={title}>
        <table>
          <ColumnHeads names={columns} figures={columns.slice(1)} />
          <tbody>
            {rows.slice(-maxRows).map(({ key, head, cells }) => (
              <tr key={key}>
                <th scope="row">{head}</th>
                {cells.map((cell, index) => (
                  <td key={columns[index]} class="number">
                    {cell}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        <Unlisted all={rows.length} listed={maxRows} one="earlier row" />
      </div>
    </details>
  )
}

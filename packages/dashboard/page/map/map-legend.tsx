import type { VNode } from 'preact'

import { useScene } from '../state/page-state.ts'
import { linkTo } from '../state/route.ts'
import { amount } from '../ui/amounts.ts'
import { Canvas } from '../ui/canvas.tsx'
import { palette } from '../ui/theme.ts'
import { maxMoons } from './flock-layout.ts'
import { recordStatuses } from './orbit.ts'
import type { RecordStatus } from './orbit.ts'
import { drawRecord } from './sprites.ts'

const names: Readonly<Record<RecordStatus, string>> = {
  plain: 'record',
  new: 'new',
  hot: 'read often',
  expiring: 'expires soon',
  sealed: 'confidential',
  gone: 'deleted or expired',
}

/** The meaning of the symbols on the map. */
export function MapLegend(): VNode {
  const undrawn = useScene().records.size - maxMoons
  return (
    <ul class="legend" aria-label="Legend">
      {recordStatuses.map((status) => (
        <li key={status}>
          <Canvas
            class="legend-sign"
            label={`Symbol for: ${names[status]}`}
            draw={({ context, width, height }) => {
              context.fillStyle = palette.peek().ground
              context.fillRect(0, 0, width, height)
              context.translate(width / 2, height / 2)
              drawRecord(context, status, palette.peek().text, palette.peek())
              return false
            }}
          />
          {names[status]}
        </li>
      ))}
      <li>
        <i class="link-sign" /> read by another agent
      </li>
      {undrawn > 0 && (
        <li role="status">
          The latest {amount(maxMoons)} records are drawn. <a href={linkTo('memory')}>Memory lists all</a>
        </li>
      )}
    </ul>
  )
}

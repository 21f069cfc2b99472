import type { VNode } from 'preact'

import { Canvas } from '../ui/canvas.tsx'
import { palette } from '../ui/theme.ts'
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
    </ul>
  )
}

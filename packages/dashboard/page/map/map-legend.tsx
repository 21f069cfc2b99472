import type { VNode } from 'preact'

import { Canvas } from '../ui/canvas.tsx'
import { palette } from '../ui/theme.ts'
import { looks } from './orbit.ts'
import type { Look } from './orbit.ts'
import { drawLook } from './sprites.ts'

const words: Readonly<Record<Look, string>> = {
  plain: 'record',
  new: 'new',
  hot: 'read a lot',
  expiring: 'expires soon',
  sealed: 'confidential',
  gone: 'gone',
}

/** What the shapes on the map mean. */
export function MapLegend(): VNode {
  return (
    <ul class="legend" aria-label="Legend">
      {looks.map((look) => (
        <li key={look}>
          <Canvas
            class="legend-sign"
            isStill
            label={`Sign of: ${words[look]}`}
            draw={({ context, width, height }) => {
              context.fillStyle = palette.peek().ground
              context.fillRect(0, 0, width, height)
              context.translate(width / 2, height / 2)
              drawLook(context, look, palette.peek().text, palette.peek())
              return false
            }}
          />
          {words[look]}
        </li>
      ))}
      <li>
        <i class="thread-sign" /> reads another’s
      </li>
    </ul>
  )
}

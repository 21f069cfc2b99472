import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

import { Canvas } from '../ui/canvas.tsx'
import type { Draw } from '../ui/canvas.tsx'
import { palette } from '../ui/theme.ts'
import { chartScale } from './chart-scale.ts'
import { margin, paintChart } from './paint-chart.ts'
import type { ChartLine } from './paint-chart.ts'

/** Options of {@link Chart}. */
export interface ChartProps {
  readonly title: string
  /** Unix milliseconds, of each value. */
  readonly times: readonly number[]
  readonly lines: readonly ChartLine[]
  readonly unit?: string
}

/** Lines over time; the caption shows the values under the pointer, or the latest. */
export function Chart({ title, times, lines, unit = '' }: ChartProps): VNode {
  const hovered = useSignal<number | undefined>(undefined)
  const redraw = useRef<() => void>(undefined)
  const latestTimes = useRef(times)
  latestTimes.current = times
  const draw: Draw = (surface) => {
    const scale = chartScale(
      times,
      lines.map(({ values }) => values),
    )
    paintChart(surface, { times, lines, scale, hovered: hovered.peek(), palette: palette.peek(), unit })
    return false
  }
  useEffect(() => redraw.current?.(), [times.length, times.at(-1), lines])
  const index = hovered.value ?? times.length - 1
  return (
    <figure class="chart">
      <figcaption>
        {title}
        {lines.map(({ name, values, role }) => (
          <span key={name} class={`chart-key is-${role}`}>
            {name} <b>{values[index] === undefined ? '—' : Math.round(values[index] * 10) / 10}</b>
            {unit}
          </span>
        ))}
        <span class="muted">{times[index] !== undefined && new Date(times[index]).toLocaleTimeString('en-GB')}</span>
      </figcaption>
      <Canvas
        class="chart-canvas"
        draw={draw}
        label={`${title}. The table below shows the same data.`}
        onReady={(canvas, again) => {
          redraw.current = again
          canvas.addEventListener('pointermove', ({ offsetX }) => {
            const share = (offsetX - margin.left) / (canvas.clientWidth - margin.left - margin.right)
            const [from = 0, to = 0] = [latestTimes.current[0], latestTimes.current.at(-1)]
            const nearest = latestTimes.current.findIndex((time) => time >= from + share * (to - from))
            hovered.value = nearest === -1 ? undefined : nearest
            again()
          })
          canvas.addEventListener('pointerleave', () => {
            hovered.value = undefined
            again()
          })
          return undefined
        }}
      />
    </figure>
  )
}

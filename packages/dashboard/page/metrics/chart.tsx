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

/** Lines over time, with the values under the pointer. */
export function Chart({ title, times, lines, unit = '' }: ChartProps): VNode {
  const pointed = useSignal<number | undefined>(undefined)
  const redraw = useRef<() => void>(undefined)
  const latestTimes = useRef(times)
  latestTimes.current = times
  const draw: Draw = (surface) => {
    const scale = chartScale(
      times,
      lines.map(({ values }) => values),
    )
    paintChart(surface, { times, lines, scale, pointed: pointed.peek(), palette: palette.peek(), unit })
    return false
  }
  useEffect(() => redraw.current?.(), [times.length, times.at(-1), lines])
  const index = pointed.value ?? times.length - 1
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
        isStill
        draw={draw}
        label={`${title}. The table below tells the same.`}
        onReady={(canvas, again) => {
          redraw.current = again
          canvas.addEventListener('pointermove', ({ offsetX }) => {
            const share = (offsetX - margin.left) / (canvas.clientWidth - margin.left - margin.right)
            const [from = 0, to = 0] = [latestTimes.current[0], latestTimes.current.at(-1)]
            const nearest = latestTimes.current.findIndex((time) => time >= from + share * (to - from))
            pointed.value = nearest === -1 ? undefined : nearest
            again()
          })
          canvas.addEventListener('pointerleave', () => {
            pointed.value = undefined
            again()
          })
          return undefined
        }}
      />
    </figure>
  )
}

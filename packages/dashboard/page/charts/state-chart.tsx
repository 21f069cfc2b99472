import { useSignal } from '@preact/signals'
import type { VNode } from 'preact'
import { useEffect } from 'preact/hooks'

import type { ChartMove, ChartState, ChartTransition } from '../../src/protocol/protocol.ts'
import { headPath, linePath } from './arrow-path.ts'
import { layOut } from './chart-layout.ts'
import type { ChartPicture } from './chart-layout.ts'

/** Options of {@link StateChart}. */
export interface StateChartProps {
  readonly chart: ChartState
  /** The states to mark. */
  readonly states: readonly string[]
  /** What led there. */
  readonly move: ChartMove | undefined
  readonly label: string
  /** Tells it from other charts of the page. */
  readonly name?: string
}

const font = '12px system-ui, sans-serif'

/** A machine's states and what leads from one to another. What it is in, and what led there, is marked. */
export function StateChart({ chart, states, move, label, name = 'State chart' }: StateChartProps): VNode {
  const picture = useSignal<ChartPicture | undefined>(undefined)
  const key = JSON.stringify(chart)
  useEffect(() => {
    let isOpen = true
    // Only a page that shows a chart loads the layout.
    void import('./dagre.ts').then((dagre) => {
      const pen = document.createElement('canvas').getContext('2d')
      if (pen) pen.font = font
      const measure = (text: string): number => pen?.measureText(text).width ?? text.length * 7
      if (isOpen) picture.value = layOut(chart, { dagre, measure })
    })
    return () => {
      isOpen = false
    }
  }, [key])
  const active = new Set(states)
  const taken = new Set(move?.transitions.map(keyOf))
  const isTaken = (transition: ChartTransition | undefined): boolean => !!transition && taken.has(keyOf(transition))
  return (
    <div class="chart" tabindex={0} role="region" aria-label={name}>
      {picture.value && (
        <svg
          role="img"
          aria-label={label}
          width={picture.value.width + 4}
          height={picture.value.height + 4}
          viewBox={`-2 -2 ${picture.value.width + 4} ${picture.value.height + 4}`}
        >
          {picture.value.states.map(({ state, title, x, y, width, height, lines }) => (
            <g key={state.path} class={classOf(state, active)}>
              <rect x={x} y={y} width={width} height={height} rx={state.states.length > 0 ? 10 : 8} />
              {state.type === 'final' && <rect x={x + 3} y={y + 3} width={width - 6} height={height - 6} rx={6} />}
              <text class="name" x={x + 14} y={y + 16} dominant-baseline="central">
                {title}
              </text>
              {lines.map(({ text, transition, ...at }) => (
                <text key={text} class={isTaken(transition) ? 'is-taken' : ''} {...at} dominant-baseline="central">
                  {text}
                </text>
              ))}
            </g>
          ))}
          {picture.value.arrows.map(({ points, lines }, index) => {
            const isWay = lines.some(({ transition }) => isTaken(transition))
            return (
              <g key={index} class={isWay ? 'arrow is-taken' : 'arrow'}>
                {lines.length === 0 && points[0] && <circle cx={points[0].x} cy={points[0].y - 4} r={4} />}
                <path class="line" d={linePath(points)} />
                <path class="head" d={headPath(points)} />
              </g>
            )
          })}
          {picture.value.arrows.flatMap(({ lines }) =>
            lines.map(({ text, transition, x, y }) => (
              <text
                key={keyOf(transition)}
                class={isTaken(transition) ? 'words is-taken' : 'words'}
                x={x}
                y={y}
                text-anchor="middle"
                dominant-baseline="central"
              >
                {text}
              </text>
            )),
          )}
        </svg>
      )}
    </div>
  )
}

function classOf({ path, type, states }: ChartState, active: ReadonlySet<string>): string {
  return ['chart-state', `is-${type}`, states.length > 0 ? 'is-outer' : '', active.has(path) ? 'is-active' : ''].join(
    ' ',
  )
}

/** Tells the transitions of a chart apart. */
function keyOf({ source, event, guard, targets }: ChartTransition): string {
  return JSON.stringify([source, event, guard, ...targets])
}

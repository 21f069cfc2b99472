import type { VNode } from 'preact'

import { history, timeShown } from '../state/page-state.ts'
import { timestamp } from '../ui/amounts.ts'
import { asksServer } from './record-source.ts'

/** Steps of the slider; the last one is the present. */
const steps = 1_000

/** Options of {@link PastTime}. */
export interface PastTimeProps {
  /** Unix milliseconds; `undefined` or empty for the present. */
  readonly asOf: string | undefined
  readonly onChange: (asOf: string) => void
}

/** A slider over the time of the memory: the list and the record that is open are shown as they were then. */
export function PastTime({ asOf = '', onChange }: PastTimeProps): VNode | null {
  const first = history.events[0]?.at
  // A replay has its own slider, over events.
  if (first === undefined || !asksServer()) return null
  const now = timeShown()
  const shown = asOf === '' ? 'now' : timestamp(Number(asOf), now)
  const step = asOf === '' ? steps : Math.round(((Number(asOf) - first) / (now - first)) * steps)
  const take = (value: number): void =>
    onChange(value >= steps ? '' : String(Math.ceil(first + ((now - first) * value) / steps)))
  return (
    <label class="wide">
      <span>As it was: {shown}</span>
      <input
        type="range"
        aria-label="As it was"
        aria-valuetext={shown}
        min={0}
        max={steps}
        value={step}
        onInput={({ currentTarget }) => take(Number(currentTarget.value))}
      />
    </label>
  )
}

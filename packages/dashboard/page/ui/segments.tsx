import type { Signal } from '@preact/signals'
import type { VNode } from 'preact'

/** Options of {@link Segments}. */
export interface SegmentsProps<Value extends string> {
  readonly label: string
  readonly value: Signal<Value>
  readonly options: readonly (readonly [Value, string])[]
}

/** A segmented control: a few choices side by side, one of them selected. */
export function Segments<Value extends string>({ label, value, options }: SegmentsProps<Value>): VNode {
  return (
    <div class="segments" role="group" aria-label={label}>
      {options.map(([name, text]) => (
        <button key={name} type="button" aria-pressed={value.value === name} onClick={() => (value.value = name)}>
          {text}
        </button>
      ))}
    </div>
  )
}

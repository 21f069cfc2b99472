import type { VNode } from 'preact'

import { percent } from '../ui/amounts.ts'

/** Options of {@link Card}. */
export interface CardProps {
  readonly title: string
  readonly value: string
  readonly note: string
  /** What sharing saved, from 0 to 1. */
  readonly share?: number
}

/** One number with its explanation. */
export function Card({ title, value, note, share }: CardProps): VNode {
  return (
    <div class="card">
      <p class="card-title">{title}</p>
      <p class="card-value">{value}</p>
      {share !== undefined && (
        <div class="share" aria-hidden="true">
          <i style={{ width: `${share * 100}%` }} />
        </div>
      )}
      <p class="muted">
        {note}
        {share !== undefined && share > 0 && `: ${percent(share)} less`}
      </p>
    </div>
  )
}

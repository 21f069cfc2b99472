import type { VNode } from 'preact'

import { amount } from './amounts.ts'

/** A list with an end that is left out. */
export interface UnlistedProps {
  readonly all: number
  readonly listed: number
  /** What one of them is called. */
  readonly one: string
}

/** Says how many are not listed; nothing if all are. */
export function Unlisted({ all, listed, one }: UnlistedProps): VNode | null {
  const count = all - listed
  return count > 0 ? (
    <small class="muted">
      and {amount(count)} more {count === 1 ? one : `${one}s`}
    </small>
  ) : null
}

import type { VNode } from 'preact'

import { counted } from '../ui/amounts.ts'

/** How much failed, and how much was tried again. */
export function Trouble({ errors, retries }: { readonly errors: number; readonly retries: number }): VNode {
  if (errors + retries === 0) return <span class="muted is-none">none</span>
  return (
    <span class={errors > 0 ? 'bad' : ''}>
      {errors > 0 && `✕ ${counted(errors, 'failure')}`}
      {errors > 0 && retries > 0 && ', '}
      {retries > 0 && `↻ ${counted(retries, 'retry', 'retries')}`}
    </span>
  )
}

import type { VNode } from 'preact'

import { mayOrder, orderNotice, orderTarget } from './order-state.ts'
import type { OrderTarget } from './order-state.ts'

/** Opens the dialog for orders; nothing for viewers who may give none. */
export function OrderButton({ target, label }: { readonly target: OrderTarget; readonly label: string }): VNode | null {
  if (!mayOrder()) return null
  const open = (): void => {
    orderNotice.value = undefined
    orderTarget.value = target
  }
  return (
    <button
      type="button"
      class="order"
      aria-haspopup="dialog"
      aria-label={`${label}: ${target.agent.slice(0, 60)}`}
      onClick={open}
    >
      {label}
    </button>
  )
}

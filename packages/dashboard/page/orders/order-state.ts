import type { AgentOrderRequest } from '../../src/protocol/protocol.ts'
import { api } from '../server/api.ts'
import { contentSignal } from '../state/forgetting.ts'
import { connection, replayIndex, session } from '../state/page-state.ts'

/** Whom an order is for: an agent, and maybe one of its runs. */
export interface OrderTarget {
  readonly agent: string
  readonly run?: {
    /** How orders name it. */
    readonly id: string
    readonly title: string
    readonly isRunning: boolean
  }
}

/** What the dialog for orders is open for. */
export const orderTarget = contentSignal<OrderTarget | undefined>(undefined)

/** The result of the last order. */
export const orderNotice = contentSignal<{ readonly isBad: boolean; readonly text: string } | undefined>(undefined)

/** Whether the page shows the present to a viewer who may give orders. */
export function mayOrder(): boolean {
  return session.value?.mayControl === true && replayIndex.value === undefined && connection.value !== 'file'
}

/** Gives an order, and tells what came of it. Returns whether it was carried out. */
export async function give(agent: string, order: AgentOrderRequest, success: string): Promise<boolean> {
  orderNotice.value = { isBad: false, text: 'Sent. Waiting for the process that runs it…' }
  try {
    await api.order(agent, order)
    orderNotice.value = { isBad: false, text: success }
    return true
  } catch (error) {
    orderNotice.value = {
      isBad: true,
      text: error instanceof Error ? error.message : 'The server could not be reached.',
    }
    return false
  }
}

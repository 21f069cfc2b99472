import type { SavedAgentStatus } from '@skein/memory/runtime'

import type { AgentState } from '../protocol/protocol.ts'

const states: Readonly<Record<string, AgentState>> = {
  active: 'resumed',
  done: 'ended',
  failed: 'failed',
} satisfies Readonly<Record<SavedAgentStatus, AgentState>>

/** How the page shows the status of a saved agent; `undefined` for an unknown one. */
export function stateOfSavedAgent(status: string): AgentState | undefined {
  return states[status]
}

import type { SavedAgentStatus, SavedAgentSummary } from '@skein/memory/runtime'

import type { AgentState } from '../protocol/protocol.ts'

const states: Readonly<Record<string, AgentState>> = {
  active: 'resumed',
  done: 'ended',
  failed: 'failed',
} satisfies Readonly<Record<SavedAgentStatus, AgentState>>

/** How the page shows a saved agent; `undefined` for one of an unknown status. */
export function stateOfSavedAgent({
  status,
  isPaused,
}: Pick<SavedAgentSummary, 'status' | 'isPaused'>): AgentState | undefined {
  return isPaused ? 'paused' : states[status]
}

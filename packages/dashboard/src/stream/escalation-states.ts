import { hasEnded } from '@skein/memory/runtime'

import type { EscalationStateName } from '../protocol/protocol.ts'

/** The latest version of an escalation. */
export interface LatestEscalation {
  readonly state: EscalationStateName
  readonly version: number
  /** Whether somebody holds it, or held it when it ended. */
  readonly isTaken: boolean
}

/**
 * Derives the state of an earlier version of an escalation. Until it ends, each
 * write either takes it or releases it, so the states alternate.
 */
export function stateAtVersion(latest: LatestEscalation, version: number): EscalationStateName {
  const { state, isTaken } = latest
  if (version >= latest.version) return state
  const isOver = hasEnded(latest)
  const lastOpenVersion = isOver ? latest.version - 1 : latest.version
  const wasTaken = isOver ? isTaken : state === 'taken'
  const isSame = (lastOpenVersion - version) % 2 === 0
  return wasTaken === isSame ? 'taken' : 'open'
}

import type { EscalationStateName } from '../protocol/protocol.ts'

/** What is known of an escalation now. */
export interface KnownEscalation {
  readonly state: EscalationStateName
  readonly version: number
  readonly isTaken: boolean
}

/** Whether nobody can change it any more. */
export function hasEnded(state: EscalationStateName): boolean {
  return state !== 'open' && state !== 'taken'
}

/**
 * The state that an earlier version of an escalation was in: before it ended,
 * each step either took it or gave it back, so the two alternate.
 */
export function stateAtVersion({ state, version, isTaken }: KnownEscalation, asked: number): EscalationStateName {
  if (asked >= version) return state
  const isOver = hasEnded(state)
  const lastOpen = isOver ? version - 1 : version
  const wasTaken = isOver ? isTaken : state === 'taken'
  const isSame = (lastOpen - asked) % 2 === 0
  return wasTaken === isSame ? 'taken' : 'open'
}

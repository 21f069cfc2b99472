import type { AnyActor, InspectionEvent } from 'xstate'

import { chartTransition } from './transition-words.ts'
import type { TransitionDefinition } from './transition-words.ts'
import type { ChartTransition } from '../owner/machine-move.ts'
import type { Scope } from './prepared-logic.ts'

/** Watches which transitions a machine takes. */
export interface MoveWatch {
  /** Begins a list, which the step that follows fills. */
  begin(): readonly ChartTransition[]
  stop(): void
}

/** What XState tells of a part of a step. */
interface Microstep {
  readonly type: string
  readonly actorRef: unknown
  readonly _transitions?: readonly TransitionDefinition[]
}

/** Watches one actor of a system. */
export function watchMoves(system: Scope['system'], actor: () => AnyActor): MoveWatch {
  let taken: ChartTransition[] = []
  const subscription = system.inspect((event: InspectionEvent) => {
    const { type, actorRef, _transitions: transitions = [] } = event as unknown as Microstep
    if (type === '@xstate.microstep' && actorRef === actor()) taken.push(...transitions.map(chartTransition))
  })
  return {
    begin: () => (taken = []),
    stop: () => subscription.unsubscribe(),
  }
}

import type { AnyActor, AnyActorRef, InspectionEvent } from 'xstate'

import { activePaths } from './state-chart.ts'
import { chartTransition } from './transition-words.ts'
import type { TransitionDefinition } from './transition-words.ts'
import type { ChartTransition, Move } from '../owner/machine-move.ts'
import type { Scope } from './prepared-logic.ts'

/** Watches which transitions a machine takes. */
export interface MoveWatch {
  /** Begins a list, which the step that follows fills. */
  begin(): readonly ChartTransition[]
  stop(): void
}

/** Who wants to know. */
export interface MoveTaker {
  /** Whether anybody wants to know each transition, also of the machines within. */
  readonly hearsMoves: boolean
  /** A machine within took an event. Told when that has ended, so after what it made other machines do. */
  moved(move: Move): void
}

/** What XState tells of a part of a step, and of its end. */
interface Step {
  readonly type: string
  readonly actorRef: AnyActorRef
  readonly snapshot: unknown
  readonly _transitions?: readonly TransitionDefinition[]
}

/** Watches one actor of a system, and the machines within it as long as anybody wants to know. */
export function watchMoves(system: Scope['system'], actor: () => AnyActor, taker: MoveTaker): MoveWatch {
  let taken: ChartTransition[] = []
  const within = new WeakMap<AnyActorRef, ChartTransition[]>()
  const subscription = system.inspect((event: InspectionEvent) => {
    const { type, actorRef, snapshot, _transitions: transitions = [] } = event as unknown as Step
    const isMicrostep = type === '@xstate.microstep'
    if (actorRef === actor()) {
      if (isMicrostep) taken.push(...transitions.map(chartTransition))
    } else if (isMicrostep && transitions.length > 0 && taker.hearsMoves) {
      within.set(actorRef, [...(within.get(actorRef) ?? []), ...transitions.map(chartTransition)])
    } else if (type === '@xstate.snapshot') {
      const moved = within.get(actorRef)
      within.delete(actorRef)
      if (moved) taker.moved({ within: idsTo(actorRef), states: activePaths(snapshot), transitions: moved })
    }
  })
  return {
    begin: () => (taken = []),
    stop: () => subscription.unsubscribe(),
  }
}

/** The ids that lead to an actor from the root of its system. */
function idsTo({ id, _parent: parent }: AnyActorRef): readonly string[] {
  return parent ? [...idsTo(parent), id] : []
}

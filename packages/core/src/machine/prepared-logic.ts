import { createActor } from 'xstate'
import type { ActorOptions, AnyActor, AnyActorLogic, AnyStateMachine, EventObject, Snapshot } from 'xstate'

import { lifeOf } from '../owner/owner.ts'
import type { Life } from '../owner/owner.ts'
import { isConstant } from './initial-snapshot.ts'
import { hasOwnCode } from './own-code.ts'
import { TransitionTable } from './transition-table.ts'

/** XState logic prepared for hosts: what all hosts of the same logic share. */
export interface PreparedLogic {
  readonly logic: AnyActorLogic
  /** The logic with its transition wrapped. */
  readonly wrapped: AnyActorLogic
  /** Only of a machine. */
  readonly table: TransitionTable | undefined
  /** Whether it runs code that may throw later. */
  readonly hasOwnCode: boolean
}

/** What XState hands to logic, beside snapshot and event. */
export type Scope = Parameters<AnyActorLogic['transition']>[2]

/** A transition of logic. */
export type Transition = (snapshot: Snapshot<unknown>, event: EventObject, scope: Scope) => Snapshot<unknown>

/** A host, as the logic sees it that it runs. It is the life of its system of actors. */
export interface LogicHost extends Life {
  /** Its actor is being created. */
  admit(scope: Scope): void
  /** Makes a transition of its actor. */
  step(transition: Transition, snapshot: Snapshot<unknown>, event: EventObject, scope: Scope): Snapshot<unknown>
}

interface LogicParts {
  readonly transition: Transition
  readonly getInitialSnapshot: (scope: Scope, input: unknown) => Snapshot<unknown>
  readonly restoreSnapshot?: (saved: Snapshot<unknown>, scope: Scope) => Snapshot<unknown>
}

/** The host whose actor is being created: the actor takes its first steps before `createActor` returns it. */
let making: LogicHost | undefined

/** Creates the actor of a host. */
export function createFor(host: LogicHost, { wrapped }: PreparedLogic, options: ActorOptions<AnyActorLogic>): AnyActor {
  const outer = making
  // Actors that it spawns meanwhile may create other hosts.
  making = host
  try {
    return createActor(wrapped, options)
  } finally {
    making = outer
  }
}

/** Wraps logic for all hosts that will run it. */
export function prepareLogic(logic: AnyActorLogic): PreparedLogic {
  const { transition, getInitialSnapshot, restoreSnapshot } = logic as LogicParts
  const machine = 'root' in logic ? (logic as AnyStateMachine) : undefined
  let constant: Snapshot<unknown> | undefined
  let isFirst = true
  const parts: LogicParts = {
    transition: (snapshot, event, scope) => {
      const host = lifeOf(scope.system) as LogicHost | undefined
      return host ? host.step(transition, snapshot, event, scope) : transition(snapshot, event, scope)
    },
    getInitialSnapshot: (scope, input) => {
      making?.admit(scope)
      if (constant) return constant
      const snapshot = getInitialSnapshot(scope, input)
      if (isFirst && machine && isConstant(machine, snapshot)) constant = snapshot
      isFirst = false
      return snapshot
    },
    restoreSnapshot: (saved, scope) => {
      making?.admit(scope)
      return restoreSnapshot?.(saved, scope) ?? saved
    },
  }
  return {
    logic,
    // XState's type of logic has no name for "the same with other functions".
    wrapped: Object.assign(Object.create(logic) as object, parts) as unknown as AnyActorLogic,
    table: machine && new TransitionTable(machine.root, machine.implementations.guards),
    hasOwnCode: !machine || hasOwnCode(machine),
  }
}

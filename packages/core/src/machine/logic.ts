import type { Message } from '../messages/message.ts'

/**
 * XState logic: a machine, or what `fromPromise`, `fromTransition` and the like make.
 *
 * It is described by its functions, not by XState's classes: types of two copies
 * or versions of XState are unrelated, and comparing them exceeds what TypeScript
 * can compare.
 */
export interface AnyLogic {
  transition(snapshot: never, event: never, scope: never): unknown
  getInitialSnapshot(scope: never, input: never): unknown
  getPersistedSnapshot(snapshot: never, options?: never): unknown
}

/** The events that logic takes. */
export type LogicEvent<Logic> = Logic extends {
  transition(snapshot: never, event: infer Event extends Message, scope: never): unknown
}
  ? Event
  : never

/** The snapshots that logic makes. */
export type LogicSnapshot<Logic> = Logic extends {
  transition(snapshot: never, event: never, scope: never): infer Snapshot
}
  ? Snapshot
  : never

/** The input of logic. */
export type LogicInput<Logic> = Logic extends { getInitialSnapshot(scope: never, input: infer Input): unknown }
  ? Input
  : never

/** The output of logic. */
export type LogicOutput<Logic> = OutputOfSnapshot<LogicSnapshot<Logic>>

type OutputOfSnapshot<Snapshot> = Snapshot extends { readonly status: 'done'; readonly output: infer Output }
  ? Output
  : never

/** The properties that all snapshots share. */
export interface AgentSnapshot {
  readonly status: 'active' | 'done' | 'error' | 'stopped'
  readonly output?: unknown
  readonly error?: unknown
}

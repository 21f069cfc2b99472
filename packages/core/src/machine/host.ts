import type { Message } from '../messages/message.ts'
import type { Move } from '../owner/machine-move.ts'
import type { Life } from '../owner/owner.ts'
import type { AgentSnapshot } from './logic.ts'

/** What runs inside an agent: a machine or a light behavior. A restarted agent gets a new one. */
export interface Host {
  /** The machine's snapshot; of a behavior `{ status, context }`. */
  readonly snapshot: unknown
  /** The types of message that it takes in some state; `undefined` when it does not declare them. */
  readonly types: readonly string[] | undefined
  /** Whether it may take messages of types that it does not declare. */
  readonly takesOthers: boolean
  /** Whether it takes any message at any time, so that `canTake` need not be called. */
  readonly takesAll: boolean
  /** Whether it can take a message in its current state. Throws what a guard throws. */
  canTake(message: Message): boolean
  /** Begins, or continues from its saved state. */
  start(): void
  /** Takes a message. Never throws: it calls {@link HostLife.failed}. */
  take(message: Message): void
  /** Stops everything that it has started. */
  stop(): void
  /** Its current state, in a form that another host can continue from. */
  save(): unknown
  /** Its state before the message or event that it failed with, if that was kept. */
  readonly lastGood: unknown
}

/** The life that a host runs in. What a host reports after the end of its life is ignored. */
export interface HostLife extends Life {
  /** Whether anybody wants to know each transition. */
  readonly hearsMoves: boolean
  /** Its machine, or one within, took an event. */
  moved(move: Move): void
  /** It has a new snapshot, and may be able to take messages that it could not take before. */
  changed(): void
  /** It is done, and calls nothing more. */
  ended(output: unknown): void
  /** It has failed, and calls nothing more. */
  failed(error: unknown): void
}

/** How a host begins. */
export interface HostStart {
  readonly input: unknown
  /** What an earlier host saved. */
  readonly saved?: unknown
  /** Whether `lastGood` will be read. */
  readonly keepsLastGood: boolean
  /** Whether to call `changed` on every new state, also of a machine's children. */
  readonly isPersisted: boolean
}

/** How most hosts begin. */
export const plainStart: HostStart = { input: undefined, keepsLastGood: false, isPersisted: false }

/** Whether a host begins like most: they share one object. */
export function isPlain({ input, saved, keepsLastGood }: HostStart): boolean {
  return input === undefined && saved === undefined && !keepsLastGood
}

/** Makes the hosts of an agent. */
export type MakeHost = (life: HostLife, start: HostStart) => Host

/** The definition of an agent: its role, its logic, the messages that it takes, and its output. */
export interface AgentDefinition<Taken extends Message = Message, Output = unknown, Snapshot = AgentSnapshot> {
  readonly role: string
  /** @internal */
  readonly makeHost: MakeHost
  /** Never set; carries the types of the messages. */
  readonly '~takes'?: (message: Taken) => void
  /** Never set; carries the types of the output and of the snapshot. */
  readonly '~gives'?: { readonly output: Output; readonly snapshot: Snapshot }
}

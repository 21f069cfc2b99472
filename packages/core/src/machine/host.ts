import type { Clock } from '../base/clock.ts'
import type { Message, Reply } from '../messages/message.ts'
import type { Owner } from '../owner/owner.ts'

/** What runs inside an agent: a machine or a light behaviour. It is replaced by a new one when the agent restarts. */
export interface Host {
  /** The machine's snapshot; of a behaviour `{ status, context }`. */
  readonly snapshot: unknown
  /** The types of message that it takes in some state; `undefined` when it does not tell. */
  readonly types: readonly string[] | undefined
  /** Whether it takes any message at any time, so that nobody need ask. */
  readonly takesAll: boolean
  /** Whether it can take a message in its present state. Throws what a guard throws. */
  canTake(message: Message): boolean
  /** Begins, or goes on where it was saved. */
  start(): void
  /** Takes a message. Never throws: {@link HostOwner.failed} is told. */
  take(message: Message): void
  /** Ends what it has started. */
  stop(): void
  /** How it stands, in a form that another host can go on from. */
  save(): unknown
  /** How it stood before the message or event that it failed of, if that was kept. */
  readonly lastGood: unknown
}

/** The agent around a host, as the host sees it. */
export interface HostOwner {
  readonly id: string
  readonly clock: Clock
  /** It has a new snapshot, and may take what it could not take before. */
  changed(): void
  replied(reply: Reply): void
  /** It is over, well or not, and will say no more. */
  ended(output: unknown): void
  failed(error: unknown): void
}

/** How a host is to begin. */
export interface HostStart {
  readonly input: unknown
  /** What an earlier host saved. */
  readonly saved?: unknown
  /** Whether `lastGood` will be asked for. */
  readonly keepsLastGood: boolean
  /** Whether `changed` is to be told of every new state, those of a machine's children included. */
  readonly isKept: boolean
}

/** How most hosts begin. */
export const plainStart: HostStart = { input: undefined, keepsLastGood: false, isKept: false }

/** Whether a host is to begin like most: they share one object. */
export function isPlain({ input, saved, keepsLastGood }: HostStart): boolean {
  return input === undefined && saved === undefined && !keepsLastGood
}

/** Makes the hosts of an agent. */
export type MakeHost = (owner: HostOwner & Owner, start: HostStart) => Host

/** What an agent is: its role, what runs in it, and which messages it takes. */
export interface AgentDefinition<Taken extends Message = Message> {
  readonly role: string
  /** @internal */
  readonly makeHost: MakeHost
  /** Never there; carries the types of the messages. */
  readonly '~takes'?: (message: Taken) => void
}

import type { Label } from '@skein/memory/store'

import type { Host } from '../machine/host.ts'
import type { Move } from '../owner/machine-move.ts'
import type { Owner } from '../owner/owner.ts'
import type { Outcome } from '../owner/state-persister.ts'
import type { Ending } from './ending.ts'

/** What a person can decide about an agent that failed. */
export type Instruction = 'restart' | 'resume' | 'stop'

/**
 * The state of an agent: `waiting` when it has failed, and waits for its restart or a person's decision; `paused` when a
 * person paused it. Messages are kept meanwhile.
 */
export type AgentState = 'running' | 'waiting' | 'paused' | 'ended'

/** An agent, as everything sees it that runs, fails or restarts it: its life, its messages, its recovery, its children. */
export interface Restartable extends Owner {
  readonly state: AgentState
  /** What runs in its current life. */
  readonly host: Host
  /** The label of what it has read. */
  readonly label: Label
  /** The agent that it was spawned under. */
  readonly parent: Restartable | undefined
  readonly ending: Ending
  /** @throws UnknownMessageError when it takes messages of this type in no state. */
  requireTakes(type: string): void
  /** Whether anybody wants to know each transition of its machine. */
  readonly hearsMoves: boolean
  /** The machine of its current life took an event. */
  moved(move: Move): void
  /** Its current life has a new state. */
  changed(): void
  /** Its current life has failed; the supervision decides what follows. */
  failed(error: unknown): void
  /** Starts a new life from a saved state, or again. */
  resume(saved: unknown): void
  /** Ends it for good. Calling it twice does no harm. */
  end(outcome: Outcome): void
  /** Asks a person what to do after a failure. */
  askHuman(error: unknown, signal: AbortSignal): Promise<Instruction>
}

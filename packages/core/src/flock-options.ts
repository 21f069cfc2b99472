import type { Clearance, HostMemory } from '@skein/memory'

import type { MailboxOptions } from './agents/mailbox.ts'
import type { Scheduler } from './agents/run-queue.ts'
import type { Clock } from './clock.ts'
import type { Executor } from './executor.ts'
import type { Notifier } from './human/notifier.ts'
import type { Model } from './models/model.ts'
import type { Supervision } from './supervision/supervision.ts'
import type { AgentRef } from './agents/agent-ref.ts'

/** Options of {@link createFlock}. */
export interface FlockOptions {
  /** What the agents share. It stays open when the flock closes. */
  readonly memory: HostMemory
  /**
   * Worker threads for each kind of activity.
   *
   * @defaultValue the number of processors
   */
  readonly threads?: number
  /** @defaultValue the built-in extractive model */
  readonly model?: Model
  /** Runs the activities; worker threads unless told. It is closed with the flock. */
  readonly executor?: Executor
  /**
   * What is done about agents that fail, unless they are spawned with another.
   *
   * @defaultValue they end
   */
  readonly supervision?: Supervision
  /** Who is told that an agent waits for a person. */
  readonly notifiers?: readonly Notifier[]
  /**
   * Where time comes from.
   *
   * @defaultValue this machine's clock
   */
  readonly clock?: Clock
  /**
   * Who decides which agent runs next; see `@skein/core/testing`.
   *
   * @defaultValue one after the other, in slices of 4 ms
   */
  readonly scheduler?: Scheduler
}

/** How to spawn an agent. */
export interface SpawnOptions {
  /** @defaultValue its role and a number */
  readonly id?: string
  /** @defaultValue the definition's role */
  readonly role?: string
  /** @defaultValue public records outside every compartment */
  readonly clearance?: Clearance
  /** The machine's input. */
  readonly input?: unknown
  readonly mailbox?: MailboxOptions
  /** @defaultValue the flock's */
  readonly supervision?: Supervision
  /** Ends with it, and is told of failures that are escalated to the `parent`. */
  readonly parent?: AgentRef<never>
}

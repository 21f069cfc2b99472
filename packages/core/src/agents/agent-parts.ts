import type { Principal } from '@skein/memory'

import type { BudgetScope } from '../models/budget.ts'
import type { Decision, Failure } from '../supervision/supervision.ts'
import type { Ending } from './ending.ts'
import { isPlain, plainStart } from '../machine/host.ts'
import type { AgentDefinition, HostStart } from '../machine/host.ts'
import type { StatePersister } from '../owner/state-persister.ts'
import type { MailboxOptions } from '../messages/mailbox.ts'

/** What an agent is made of. */
export interface AgentParts {
  readonly definition: AgentDefinition
  readonly input: unknown
  readonly principal: Principal
  readonly mailbox: Required<MailboxOptions>
  /** Absent: a failure ends it. */
  readonly supervise?: ((failure: Failure) => Decision) | undefined
  /** Is failed, where failures are escalated to it, and takes its children with it when it ends. */
  readonly parent?: Parent | undefined
  readonly persister?: StatePersister | undefined
  /** What its activities' models may use up. */
  readonly budget?: BudgetScope | undefined
  /** What an earlier life saved. */
  readonly saved?: unknown
}

/** An agent that others were spawned under. */
export interface Parent {
  readonly ending: Ending
  failed(error: unknown): void
}

/** How a host of it begins: anew, or with what an earlier one saved. */
export function startOf({ input, supervise, persister }: AgentParts, saved: unknown): HostStart {
  const isKept = persister !== undefined
  const start = { input, saved, keepsLastGood: isKept || supervise !== undefined, isKept }
  return isPlain(start) ? plainStart : start
}

import type { Principal } from '@skein/memory'
import type { Label } from '@skein/memory/store'

import type { BudgetScope } from '../limits/budget.ts'
import { isPlain, plainStart } from '../machine/host.ts'
import type { AgentDefinition, HostStart } from '../machine/host.ts'
import type { MailboxOptions } from '../messages/mailbox-options.ts'
import type { StatePersister } from '../owner/state-persister.ts'
import type { Decision, Failure } from '../supervision/supervision.ts'
import type { Restartable } from './restartable.ts'

/** The parts that an agent is made of. */
export interface AgentParts {
  readonly definition: AgentDefinition
  readonly input: unknown
  readonly principal: Principal
  readonly mailbox: Required<MailboxOptions>
  /** Without one, a failure ends it. */
  readonly supervise?: ((failure: Failure) => Decision) | undefined
  /** Fails with it, where failures are escalated to the parent, and ends it when it ends itself. */
  readonly parent?: Restartable | undefined
  readonly persister?: StatePersister | undefined
  /** Limits its model calls. */
  readonly budget?: BudgetScope | undefined
  /** The label of what an earlier life had read. */
  readonly label?: Label | undefined
  /** Whether it was paused in an earlier life. */
  readonly isPaused?: boolean | undefined
  /** What an earlier life saved. */
  readonly saved?: unknown
}

/** How a host of it begins: again, or from what an earlier one saved. */
export function startOf({ input, supervise, persister }: AgentParts, saved: unknown): HostStart {
  const isPersisted = persister !== undefined
  const start = { input, saved, keepsLastGood: isPersisted || supervise !== undefined, isPersisted }
  return isPlain(start) ? plainStart : start
}

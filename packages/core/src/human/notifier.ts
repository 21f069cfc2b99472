import type { Clearance, Escalation } from '@skein/memory'

/**
 * The notice that an agent waits for a person. Everything but the id is absent
 * where the notifier's clearance does not cover the escalation.
 */
export interface Notice {
  /** Id of the escalation to claim and answer. */
  readonly escalation: string
  readonly task?: string
  readonly openedBy?: string
  /** A person or a role; anybody when absent. */
  readonly assignedTo?: string
  readonly reason?: string
  readonly question?: string
  /** Unix milliseconds. */
  readonly openedAt?: number
}

/** Notifies people that an agent waits for them: by chat, pager, webhook. */
export interface Notifier {
  /** Identifies it in events and in the memory: each escalation is announced once per name. */
  readonly name: string
  /**
   * Limits what its notices contain, because they may leave the organization.
   *
   * @defaultValue public records outside every compartment
   */
  readonly clearance?: Clearance
  /** Resolves when the notice was delivered. @throws when it was not, and another attempt is no use. */
  notify(notice: Notice, options: { readonly signal: AbortSignal }): Promise<void>
}

/** @param visible - The escalation, if the notifier may see it. */
export function noticeOf(escalation: string, visible: Escalation | undefined): Notice {
  if (!visible) return { escalation }
  const { task, openedBy, assignedTo, reason, question, openedAt } = visible
  return {
    escalation,
    task,
    openedBy,
    reason,
    openedAt,
    ...(assignedTo !== undefined && { assignedTo }),
    ...(question !== undefined && { question }),
  }
}

import type { Clearance, Escalation } from '@skein/memory'

/**
 * What a notifier tells a person: that an agent waits. All but the id is absent
 * where the notifier's clearance does not cover the escalation.
 */
export interface Notice {
  /** Id of the escalation: what to take and to answer. */
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

/** Tells people that an agent waits for them: a chat, a pager, a webhook. */
export interface Notifier {
  /** Seen in events and in the memory. An escalation is told once per name. */
  readonly name: string
  /**
   * What it may be told: it may bring it out of the house.
   *
   * @defaultValue public records outside every compartment
   */
  readonly clearance?: Clearance
  /** Resolves when it was told. @throws when it was not, and trying again is no use. */
  notify(notice: Notice, options: { readonly signal: AbortSignal }): Promise<void>
}

/** @param seen - The escalation, if the notifier may see it. */
export function noticeOf(escalation: string, seen: Escalation | undefined): Notice {
  if (!seen) return { escalation }
  const { task, openedBy, assignedTo, reason, question, openedAt } = seen
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

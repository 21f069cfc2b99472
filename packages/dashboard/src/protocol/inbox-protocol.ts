/** The state of an escalation. */
export type EscalationStateName = 'open' | 'taken' | 'answered' | 'declined' | 'handed-back'

/** `GET /api/inbox`: escalations within the viewer's clearance, oldest first. */
export interface InboxItem {
  readonly id: string
  readonly version: number
  readonly state: EscalationStateName
  readonly task: string
  readonly reason: string
  readonly question?: string
  readonly assignedTo?: string
  readonly openedBy: string
  readonly takenBy?: string
  /** JSON text. */
  readonly answer?: string
  readonly openedAt: number
  readonly updatedAt: number
  readonly expiresAt?: number
}

/** `GET /api/inbox/<id>`: an escalation with its package, the records of its task within the viewer's clearance. */
export interface InboxDetail {
  readonly item: InboxItem
  /** The kinds of record in a package, in the order in which the page shows them. */
  readonly packaged: readonly PackagedRecords[]
  /** What happened on the task, oldest first. */
  readonly timeline: readonly {
    readonly at: number
    readonly collection: string
    readonly id: string
    readonly author: string
  }[]
  /** How many records of the task are above the viewer's clearance; only for viewers with the right `administer`. */
  readonly leftOut?: number
  /** Whether the task has more records than a package holds. */
  readonly isCut: boolean
}

/** The records of one kind in a package. */
export interface PackagedRecords {
  readonly collection: string
  readonly items: readonly PackagedItem[]
}

/** A record in a package. */
export interface PackagedItem {
  readonly id: string
  readonly author: string
  readonly at: number
  /** JSON text, cut after 20,000 characters. For objects, size and media type instead of the content. */
  readonly value: string
  readonly derivedFrom: readonly string[]
}

/**
 * `POST /api/inbox/<id>`: a viewer's action on an escalation, answered with the {@link InboxItem} in its new state.
 * Answers are JSON text. The server refuses the action (409) when `version` is given and the escalation has changed
 * since, when the escalation has ended, or when another person has taken it.
 */
export type InboxAction = { readonly version?: number } & (
  | { readonly do: 'take' }
  | { readonly do: 'release' }
  | { readonly do: 'answer'; readonly answer: string }
  | { readonly do: 'decline'; readonly why: string }
  | { readonly do: 'hand-back'; readonly why: string }
)

/**
 * What the dashboard's page is told about escalations, and what it may ask for.
 *
 * @module
 */

/** How an escalation stands. */
export type EscalationStateName = 'open' | 'taken' | 'answered' | 'declined' | 'handed-back'

/** `GET /api/inbox`: escalations that the person may see, the oldest first. */
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
  readonly answer?: string
  readonly openedAt: number
  readonly updatedAt: number
  readonly expiresAt?: number
}

/**
 * `GET /api/inbox/<id>`: an escalation with its package: all that is known about its task, as far as the person may
 * see it. Values are JSON text, cut after 20,000 characters.
 */
export interface InboxDetail {
  readonly item: InboxItem
  readonly observations: readonly PackagedItem[]
  readonly decisions: readonly PackagedItem[]
  readonly learnings: readonly PackagedItem[]
  readonly facts: readonly PackagedItem[]
  /** Sizes, media types and sources; not their contents. */
  readonly objects: readonly PackagedItem[]
  /** What happened on the task, oldest first. */
  readonly timeline: readonly {
    readonly at: number
    readonly collection: string
    readonly id: string
    readonly author: string
  }[]
  /** Records of the task that the person may not see. */
  readonly leftOut: number
  /** Whether there was more than a package holds. */
  readonly isCut: boolean
}

/** A record of a package. */
export interface PackagedItem {
  readonly id: string
  readonly author: string
  readonly at: number
  readonly value: string
  readonly derivedFrom: readonly string[]
}

/**
 * `POST /api/inbox/<id>`: what a person does with an escalation, answered with the {@link InboxItem} as it then stands.
 * Answers are JSON text. With a `version`, the one that the person saw, it is refused (409) when the escalation has
 * changed since; it is always refused so when it has ended, or when another person has it.
 */
export type InboxAction = { readonly version?: number } & (
  | { readonly do: 'take' }
  | { readonly do: 'release' }
  | { readonly do: 'answer'; readonly answer: string }
  | { readonly do: 'decline'; readonly why: string }
  | { readonly do: 'hand-back'; readonly why: string }
)

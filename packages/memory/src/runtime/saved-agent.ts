import type { ClaimToken } from '../space/space.ts'
import type { StoredRecord } from '../store/record.ts'
import type { Label } from '../values/access.ts'
import type { OutgoingMail } from './agent-mail.ts'

/** How a saved agent stands. */
export type SavedAgentStatus = 'active' | 'done' | 'failed'

/** What is known of a saved agent without its state. */
export interface SavedAgentSummary {
  readonly id: string
  readonly role: string
  /** The name of its definition. */
  readonly definition: string
  readonly status: SavedAgentStatus
  /** How sensitive its state is: its clearance. */
  readonly label: Label
  /** Unix milliseconds, by the store's clock. */
  readonly updatedAt: number
}

/** What {@link savedAgentOf} looks at. */
export type SummarizedRecord = Pick<StoredRecord, 'id' | 'tags' | 'updatedAt'> & Label

/** A saved agent. */
export interface SavedAgent extends SavedAgentSummary {
  /** Grows with each save. */
  readonly version: number
  /** What its runtime saved. */
  readonly state: unknown
}

/** What is saved of an agent, all in one atom. */
export interface SaveAgent {
  readonly definition: string
  readonly status: SavedAgentStatus
  /** JSON data. */
  readonly state: unknown
  /** Held by whoever runs the agent; `undefined` writes nothing. */
  readonly claim: ClaimToken
  /** How long it is kept, in milliseconds; for ever when left out. */
  readonly ttlMs?: number | undefined
  /** Mail that the state has taken in: it is removed. */
  readonly taken?: readonly string[]
  readonly outgoing?: readonly OutgoingMail[]
  /** Keys of work whose results the state has taken in: they are forgotten. */
  readonly finishedWork?: readonly string[]
}

/** What the record of a saved agent says of it. */
export function savedAgentOf({ id, tags, sensitivity, compartments, updatedAt }: SummarizedRecord): SavedAgentSummary {
  const tagged = (name: string): string => tags.find((tag) => tag.startsWith(`${name}:`))?.slice(name.length + 1) ?? ''
  return {
    id,
    role: tagged('role'),
    definition: tagged('definition'),
    status: tagged('status') as SavedAgentStatus,
    label: { sensitivity, compartments },
    updatedAt,
  }
}

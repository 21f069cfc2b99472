import type { ClaimToken } from '../space/write-options.ts'
import type { StoredRecord } from '../store/record.ts'
import type { Label } from '../values/access.ts'
import type { AgentDescription } from './agent-descriptions.ts'
import type { Mail, OutgoingMail } from './agent-mail.ts'

/** The status of a saved agent. */
export type SavedAgentStatus = 'active' | 'done' | 'failed'

/** A saved agent without its state. */
export interface SavedAgentSummary {
  readonly id: string
  readonly role: string
  /** The name of its definition. */
  readonly definition: string
  readonly status: SavedAgentStatus
  /** Whether a person paused it: so it stays wherever it is resumed. */
  readonly isPaused: boolean
  /** The label of its state: its clearance. */
  readonly label: Label
  /** Unix milliseconds, by the store's clock. */
  readonly updatedAt: number
}

/** The fields that {@link savedAgentOf} reads. */
export type SummarizedRecord = Pick<StoredRecord, 'id' | 'tags' | 'updatedAt'> & Label

/** A saved agent. */
export interface SavedAgent extends SavedAgentSummary {
  /** Grows with each save. */
  readonly version: number
  /** The state that its runtime saved. */
  readonly state: unknown
}

/** What to save of an agent, as one atom. */
export interface SaveAgent {
  readonly definition: string
  readonly status: SavedAgentStatus
  /** @defaultValue false */
  readonly isPaused?: boolean
  /** JSON data. */
  readonly state: unknown
  /** The claim of the process that runs the agent; `undefined` writes nothing. */
  readonly claim: ClaimToken
  /** How long it is kept, in milliseconds; for ever when left out. */
  readonly ttlMs?: number | undefined
  /** The version of the state that this one continues from, 0 for none: refused if that was forgotten meanwhile. */
  readonly ifVersion?: number
  /** Mail that the state has consumed: it is removed. If some was forgotten meanwhile, nothing is saved. */
  readonly taken?: readonly Pick<Mail, 'id' | 'version'>[]
  readonly outgoing?: readonly OutgoingMail[]
  /** Keys of work whose results the state has consumed: they are removed. */
  readonly finishedWork?: readonly string[]
  /** What to say of its definition, for `description`. */
  readonly describes?: AgentDescription
}

/** The tag of agents that are paused. */
export const pausedTag = 'paused'

/** Reads a saved agent's summary from its record. */
export function savedAgentOf({ id, tags, sensitivity, compartments, updatedAt }: SummarizedRecord): SavedAgentSummary {
  const tagged = (name: string): string => tags.find((tag) => tag.startsWith(`${name}:`))?.slice(name.length + 1) ?? ''
  return {
    id,
    role: tagged('role'),
    definition: tagged('definition'),
    status: tagged('status') as SavedAgentStatus,
    isPaused: tags.includes(pausedTag),
    label: { sensitivity, compartments },
    updatedAt,
  }
}

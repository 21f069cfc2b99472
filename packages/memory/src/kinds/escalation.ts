import type { Shown } from '../space/shown.ts'
import { decodeJson } from '../values/json.ts'
import type { StoredRecord } from '../store/record.ts'

/**
 * The state of an escalation.
 *
 * - `open` → `taken`: a person works on it.
 * - `open` or `taken` → `answered`: all who wait get the answer.
 * - `taken` → `open`: returned to the queue.
 * - `open` or `taken` → `declined`: the request must not be carried out.
 * - `open` or `taken` → `handed-back`: the person decides nothing; the agents continue without an answer.
 */
export type EscalationState = 'open' | 'taken' | 'answered' | 'declined' | 'handed-back'

/** A task in the hands of a person. */
export interface Escalation<Answer = unknown> {
  readonly id: string
  readonly state: EscalationState
  readonly version: number
  readonly task: string
  readonly reason: string
  readonly question: string | undefined
  readonly assignedTo: string | undefined
  /** The agent that asked first. */
  readonly openedBy: string
  readonly takenBy: string | undefined
  /** The answer, or why it was declined or handed back. */
  readonly answer: Answer | undefined
  /** Unix milliseconds, by the store's clock. */
  readonly openedAt: number
  readonly updatedAt: number
}

/** Whether it is in a final state. */
export function hasEnded({ state }: Pick<Escalation, 'state'>): boolean {
  return state !== 'open' && state !== 'taken'
}

/** The value of an escalation's record. */
export interface EscalationValue {
  readonly state: EscalationState
  readonly reason: string
  readonly question?: string
  readonly assignedTo?: string
  readonly openedBy: string
  readonly takenBy?: string | undefined
  readonly answer?: unknown
}

/** Reads an escalation from its record, whose value is JSON text. */
export function toEscalation<Answer>(record: Shown): Escalation<Answer> {
  return escalationOf({ ...record, value: decodeJson(record.value) })
}

/** The fields that {@link escalationOf} reads, with the value decoded. */
export type EscalationRecord = Pick<StoredRecord, 'id' | 'version' | 'task' | 'createdAt' | 'updatedAt'> & {
  readonly value: unknown
}

/** Reads an escalation from its record. */
export function escalationOf<Answer>(record: EscalationRecord): Escalation<Answer> {
  const value = record.value as EscalationValue
  const { state, reason, question, assignedTo, openedBy, takenBy } = value
  const { id, version, task = '', createdAt: openedAt, updatedAt } = record
  const answer = value.answer as Answer | undefined
  return { id, state, version, task, reason, question, assignedTo, openedBy, takenBy, answer, openedAt, updatedAt }
}

import { decodeJson } from '../values/json.ts'
import type { StoredRecord } from '../store/record.ts'

/**
 * Where an escalation stands.
 *
 * - `open` → `taken`: somebody looks into it.
 * - `open` or `taken` → `answered`: with an answer for whoever waits.
 * - `taken` → `open`: given back to the queue.
 * - `open` or `taken` → `declined`: what was asked for is not to be done.
 * - `open` or `taken` → `handed-back`: the person decides nothing; the agents are to go on without an answer.
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
  /** What was answered; or why it was declined or handed back. */
  readonly answer: Answer | undefined
  /** Unix milliseconds, by the store's clock. */
  readonly openedAt: number
  readonly updatedAt: number
}

/** Whether nobody can change it any more. */
export function hasEnded({ state }: Pick<Escalation, 'state'>): boolean {
  return state !== 'open' && state !== 'taken'
}

/** What the record of an escalation holds. */
export interface EscalationValue {
  readonly state: EscalationState
  readonly reason: string
  readonly question?: string
  readonly assignedTo?: string
  readonly openedBy: string
  readonly takenBy?: string | undefined
  readonly answer?: unknown
}

/** An escalation as its record, whose value is JSON text, tells it. */
export function toEscalation<Answer>(record: StoredRecord): Escalation<Answer> {
  return escalationOf({ ...record, value: decodeJson(record.value) })
}

/** What {@link escalationOf} looks at, with the value decoded. */
export type EscalationRecord = Pick<StoredRecord, 'id' | 'version' | 'task' | 'createdAt' | 'updatedAt'> & {
  readonly value: unknown
}

/** An escalation as its record tells it. */
export function escalationOf<Answer>(record: EscalationRecord): Escalation<Answer> {
  const value = record.value as EscalationValue
  const { state, reason, question, assignedTo, openedBy, takenBy } = value
  const { id, version, task = '', createdAt: openedAt, updatedAt } = record
  const answer = value.answer as Answer | undefined
  return { id, state, version, task, reason, question, assignedTo, openedBy, takenBy, answer, openedAt, updatedAt }
}

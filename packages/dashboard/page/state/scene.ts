import type { AgentState, EscalationStateName, SceneLabel } from '../../src/protocol/protocol.ts'
import { noCosts, noTotals } from './totals.ts'
import type { Costs, Totals } from './totals.ts'

/** The state of an agent, or of another author of records, at one moment. */
export interface SceneAgent {
  readonly id: string
  readonly role: string
  readonly state: AgentState
  /** Whether its flock told of it. Of others only their traces in the memory are known. */
  readonly isReported: boolean
  readonly note: string | undefined
  /** The task of its last record. */
  readonly task: string | undefined
  /** The number of its running activities. */
  readonly running: number
  /** The last one that it began, with its input in words. */
  readonly activity: string | undefined
  readonly firstAt: number
  readonly lastAt: number
  readonly wrote: number
  /** Reads of records of others. */
  readonly read: number
  readonly reused: number
  readonly heat: Heat
}

/** The state of a record at one moment. */
export interface SceneRecord {
  readonly key: RecordKey
  readonly collection: string
  readonly id: string
  readonly version: number
  readonly author: string
  readonly task: string | undefined
  readonly label: SceneLabel
  readonly title: string
  readonly tags: readonly string[]
  readonly derivedFrom: readonly string[]
  readonly bytes: number
  readonly createdAt: number
  readonly writtenAt: number
  readonly expiresAt: number | undefined
  readonly deletedAt: number | undefined
  /** Reads by others than its author. */
  readonly reads: number
  readonly heat: Heat
}

/** `<collection>/<id>`. */
export type RecordKey = string

/** A measure of recent activity, which decays over time; see `heatAt`. */
export interface Heat {
  readonly value: number
  readonly at: number
}

/** Records in a scene; beyond that the one written longest ago is forgotten. */
export const maxRecords = 20_000

/** The role of agents that no flock told of, and whose ids say nothing. */
export const unknownRole = 'others'

/** A read of another agent's record: a line between the two agents. */
export interface SceneLink {
  readonly number: number
  readonly reader: string
  readonly key: RecordKey
  readonly writer: string
  readonly at: number
}

/** An escalation, as far as the events describe it. */
export interface SceneEscalation {
  readonly id: string
  readonly task: string
  readonly state: EscalationStateName
  readonly by: string
  /** The agent that asks. */
  readonly openedBy: string
  readonly openedAt: number
  readonly updatedAt: number
}

/**
 * The fold of all events up to one moment.
 *
 * `applyEvent` changes the maps in place, since thousands of events a second may
 * come in. The values in them are replaced, never changed, so a copy of the maps
 * is a copy of the scene.
 */
export interface Scene {
  /** The time of the last event, Unix milliseconds; 0 before the first. */
  at: number
  /** The number of events folded. */
  count: number
  readonly agents: Map<string, SceneAgent>
  /** In the order of their last write. */
  readonly records: Map<RecordKey, SceneRecord>
  readonly escalations: Map<string, SceneEscalation>
  /** Agents with a running activity, by its run. */
  readonly runs: Map<string, string>
  /** The latest reads of other agents' records, oldest first. */
  readonly links: SceneLink[]
  totals: Totals
  costs: Costs
}

/** The scene before the first event. */
export function emptyScene(): Scene {
  return {
    at: 0,
    count: 0,
    agents: new Map(),
    records: new Map(),
    escalations: new Map(),
    runs: new Map(),
    links: [],
    totals: noTotals,
    costs: noCosts,
  }
}

/** A copy that changes independently of its original. */
export function copyScene(scene: Scene): Scene {
  return {
    ...scene,
    agents: new Map(scene.agents),
    records: new Map(scene.records),
    escalations: new Map(scene.escalations),
    runs: new Map(scene.runs),
    links: [...scene.links],
  }
}

/** The key of a record among all collections. */
export function keyOf(collection: string, id: string): RecordKey {
  return `${collection}/${id}`
}

/** Whether a record could still be read at a time. */
export function isAlive(record: SceneRecord, at: number): boolean {
  return record.deletedAt === undefined && (record.expiresAt === undefined || record.expiresAt > at)
}

/** Whether an escalation can no longer change. */
export function hasEnded({ state }: Pick<SceneEscalation, 'state'>): boolean {
  return state !== 'open' && state !== 'taken'
}

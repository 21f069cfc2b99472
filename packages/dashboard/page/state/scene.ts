import type { AgentState, EscalationStateName, SceneLabel } from '../../src/protocol/protocol.ts'
import { noTotals } from './totals.ts'
import type { Totals } from './totals.ts'

/** An agent, or whoever else wrote something, as it stands at one moment. */
export interface SceneAgent {
  readonly id: string
  readonly role: string
  readonly state: AgentState
  readonly note: string | undefined
  /** What it last wrote for. */
  readonly task: string | undefined
  /** Activities that it waits for. */
  readonly running: number
  readonly activity: string | undefined
  readonly firstAt: number
  readonly lastAt: number
  readonly wrote: number
  readonly read: number
  readonly reused: number
  readonly heat: Heat
}

/** A record as it stands at one moment. */
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
  readonly reads: number
  readonly heat: Heat
}

/** `<collection>/<id>`. */
export type RecordKey = string

/** How much has happened around something lately: fades by itself, see `heatAt`. */
export interface Heat {
  readonly value: number
  readonly at: number
}

/** A read of what somebody else wrote: the thread between two agents. */
export interface SceneLink {
  readonly number: number
  readonly reader: string
  readonly key: RecordKey
  readonly writer: string
  readonly at: number
}

/** An escalation as the stream tells of it. */
export interface SceneEscalation {
  readonly id: string
  readonly task: string
  readonly state: EscalationStateName
  readonly by: string
  readonly openedAt: number
  readonly updatedAt: number
}

/**
 * All that is known at one moment: the fold of the events up to it.
 *
 * The maps are changed in place by `applyEvent`, since thousands of events a
 * second come in; what they hold is replaced, never changed, so that a copy of
 * the maps is a copy of the scene.
 */
export interface Scene {
  /** When the last event happened, Unix milliseconds; 0 before the first. */
  at: number
  /** Events folded. */
  count: number
  readonly agents: Map<string, SceneAgent>
  /** In the order of their last write. */
  readonly records: Map<RecordKey, SceneRecord>
  readonly escalations: Map<string, SceneEscalation>
  /** Agents that wait for an activity, by its run. */
  readonly runs: Map<string, string>
  /** The latest reads of others' records, oldest first. */
  readonly links: SceneLink[]
  totals: Totals
}

/** A scene before anything happened. */
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
  }
}

/** A scene that goes its own way from here. */
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

/** The name of a record among all collections. */
export function keyOf(collection: string, id: string): RecordKey {
  return `${collection}/${id}`
}

/** Whether a record can still be read at a moment. */
export function isAlive(record: SceneRecord, at: number): boolean {
  return record.deletedAt === undefined && (record.expiresAt === undefined || record.expiresAt > at)
}

import { heatAt } from '../state/heat.ts'
import { isAlive } from '../state/scene.ts'
import type { SceneRecord } from '../state/scene.ts'

/** What the map shows of a record, each with its own symbol, so that color alone carries no meaning. */
export const recordStatuses = ['plain', 'new', 'hot', 'expiring', 'sealed', 'gone'] as const
export type RecordStatus = (typeof recordStatuses)[number]

/** A record that orbits its author. */
export interface Moon {
  record: SceneRecord
  status: RecordStatus
  readonly slot: number
  readonly cos: number
  readonly sin: number
  readonly distance: number
  x: number
  y: number
  /** The `sync` in which the scene last held it. */
  pass: number
}

const newMs = 3_000
const hotHeat = 3.4
/** A record is about to expire when less than this, and less than half its time to live, is left; in milliseconds. */
const expiringMs = 30_000
/** How long deleted and expired records fade, in milliseconds. */
export const fadeMs = 1_500

/** The golden angle spreads any number of records evenly, like the seeds of a sunflower. */
const goldenAngle = Math.PI * (3 - Math.sqrt(5))
const nearest = 15
const spread = 4.6

/** Places a record in a slot around its author. */
export function moonAt(slot: number, record: SceneRecord): Moon {
  const angle = slot * goldenAngle
  return {
    record,
    status: 'plain',
    slot,
    cos: Math.cos(angle),
    sin: Math.sin(angle),
    x: 0,
    y: 0,
    pass: 0,
    distance: orbitRadius(slot),
  }
}

/** The radius of the orbit of the n-th record. */
export function orbitRadius(count: number): number {
  return nearest + spread * Math.sqrt(count)
}

/** The status of a record at a time. */
export function statusOf(record: SceneRecord, now: number): RecordStatus {
  if (!isAlive(record, now)) return 'gone'
  if (record.label.sensitivity === 'confidential') return 'sealed'
  if (record.expiresAt !== undefined) {
    const left = record.expiresAt - now
    if (left < expiringMs && left < Math.max(1_000, (record.expiresAt - record.writtenAt) / 2)) return 'expiring'
  }
  if (heatAt(record.heat, now) > hotHeat) return 'hot'
  return now - record.writtenAt < newMs ? 'new' : 'plain'
}

/** When a record was deleted or expired. */
export function goneSince({ deletedAt, expiresAt }: SceneRecord): number {
  return Math.min(deletedAt ?? Number.POSITIVE_INFINITY, expiresAt ?? Number.POSITIVE_INFINITY)
}

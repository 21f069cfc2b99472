import { heatAt } from '../state/heat.ts'
import { isAlive } from '../state/scene.ts'
import type { SceneRecord } from '../state/scene.ts'

/** How a record looks. Each has a shape of its own: colour alone tells nothing. */
export const looks = ['plain', 'new', 'hot', 'expiring', 'sealed', 'gone'] as const
export type Look = (typeof looks)[number]

/** A record on its way around its maker. */
export interface Moon {
  record: SceneRecord
  look: Look
  readonly slot: number
  readonly cos: number
  readonly sin: number
  readonly distance: number
  x: number
  y: number
  /** The pass in which it was last seen in the scene. */
  pass: number
}

const newMs = 3_000
const hotHeat = 3.4
/** A record that has less to live than this, or than a fifth of its life, is about to go. */
const expiringMs = 30_000
/** Deleted and expired records fade for so long. */
export const fadeMs = 1_500

/** The golden angle: however many there are, they lie evenly, like seeds in a sunflower. */
const goldenAngle = Math.PI * (3 - Math.sqrt(5))
const nearest = 15
const spread = 4.6

/** The place of the n-th record around its maker. */
export function moonAt(slot: number, record: SceneRecord): Moon {
  const angle = slot * goldenAngle
  return {
    record,
    look: 'plain',
    slot,
    cos: Math.cos(angle),
    sin: Math.sin(angle),
    x: 0,
    y: 0,
    pass: 0,
    distance: orbitRadius(slot),
  }
}

/** How far out so many records reach. */
export function orbitRadius(count: number): number {
  return nearest + spread * Math.sqrt(count)
}

/** How a record looks at a moment. */
export function lookOf(record: SceneRecord, now: number): Look {
  if (!isAlive(record, now)) return 'gone'
  if (record.label.sensitivity === 'confidential') return 'sealed'
  if (record.expiresAt !== undefined) {
    const left = record.expiresAt - now
    if (left < expiringMs && left < Math.max(1_000, (record.expiresAt - record.writtenAt) / 2)) return 'expiring'
  }
  if (heatAt(record.heat, now) > hotHeat) return 'hot'
  return now - record.writtenAt < newMs ? 'new' : 'plain'
}

/** When a record began to be gone. */
export function goneSince({ deletedAt, expiresAt }: SceneRecord): number {
  return Math.min(deletedAt ?? Number.POSITIVE_INFINITY, expiresAt ?? Number.POSITIVE_INFINITY)
}

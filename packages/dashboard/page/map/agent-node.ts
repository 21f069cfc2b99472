import type { SimulationNodeDatum } from 'd3-force'

import type { SceneAgent } from '../state/scene.ts'
import type { Group } from './groups.ts'
import { orbitRadius } from './orbit.ts'
import type { Moon } from './orbit.ts'

/** An agent on the map. */
export interface AgentNode extends SimulationNodeDatum {
  readonly id: string
  agent: SceneAgent
  group: Group
  x: number
  y: number
  vx: number
  vy: number
  /** How busy it is, from 0 to 1. */
  energy: number
  /** The direction that it faces, in radians; follows its motion. */
  heading: number
  /** The rotation of its records, in radians. */
  turn: number
  /** Records by slot; free slots are reused. */
  readonly moons: (Moon | undefined)[]
  readonly free: number[]
}

/** The radius of an agent with its records, in map units. */
export function reachOf({ moons }: AgentNode): number {
  return moons.length === 0 ? 14 : orbitRadius(moons.length) + 3
}

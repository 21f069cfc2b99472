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
  /** From 0 to 1: how busy it is. */
  energy: number
  /** The way that it looks, in radians; follows the way that it goes. */
  heading: number
  /** How far its records are turned. */
  turn: number
  /** Records by their place; a place that became free is taken again. */
  readonly moons: (Moon | undefined)[]
  readonly free: number[]
}

/** How far an agent and its records reach, in map units. */
export function reachOf({ moons }: AgentNode): number {
  return moons.length === 0 ? 14 : orbitRadius(moons.length) + 3
}

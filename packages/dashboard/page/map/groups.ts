import { forceCollide, forceSimulation, forceX, forceY } from 'd3-force'
import type { Simulation, SimulationNodeDatum } from 'd3-force'

import type { SceneAgent } from '../state/scene.ts'

/** What groups agents on the map. */
export type Grouping = 'task' | 'role'

/** The area of the agents of one task or one role. */
export interface Group extends SimulationNodeDatum {
  readonly id: string
  readonly label: string
  x: number
  y: number
  /** By how much it moved in the last step. */
  vx: number
  vy: number
  members: number
  /** In map units. */
  radius: number
}

/** The margin of a group around its members, in map units. */
export const groupRim = 10

/** Groups by task if there are several, otherwise by role. */
export function groupingFor(agents: Iterable<SceneAgent>): Grouping {
  const tasks = new Set<string>()
  for (const { task } of agents) {
    if (task !== undefined) tasks.add(task)
    if (tasks.size > 1) return 'task'
  }
  return 'role'
}

/** The group of an agent. */
export function groupOf(agent: SceneAgent, grouping: Grouping): string {
  return grouping === 'role' ? agent.role : (agent.task ?? agent.role)
}

/** Arranges groups around the center without overlap. */
export class Groups {
  readonly all = new Map<string, Group>()
  #isWide = true
  readonly #toCenterX = forceX<Group>(0)
  readonly #toCenterY = forceY<Group>(0)
  readonly #simulation: Simulation<Group, undefined> = forceSimulation<Group>([])
    .stop()
    .alphaDecay(0)
    .alpha(0.4)
    .force('apart', forceCollide<Group>(({ radius }) => radius + 24).iterations(2))
    .force('x', this.#toCenterX)
    .force('y', this.#toCenterY)

  /** Returns a group, adding it beside the others if it is new. */
  get(id: string): Group {
    const known = this.all.get(id)
    if (known) return known
    // Alternates sides; the forces do the rest.
    const along = Math.ceil(this.all.size / 2) * 160 * (this.all.size % 2 === 0 ? 1 : -1)
    const across = 20 * (this.all.size % 3) - 20
    const group: Group = {
      id,
      label: id,
      members: 0,
      radius: 40,
      x: this.#isWide ? along : across,
      y: this.#isWide ? across : along,
      vx: 0,
      vy: 0,
    }
    this.all.set(id, group)
    this.#simulation.nodes([...this.all.values()])
    return group
  }

  /** Removes groups without members, and adjusts the radius of the others. */
  settle(extents: ReadonlyMap<string, { readonly members: number; readonly reach: number }>): void {
    for (const group of this.all.values()) {
      const { members, reach } = extents.get(group.id) ?? { members: 0, reach: 0 }
      group.members = members
      // Nobody is ever outside; it shrinks gradually, since members come and go.
      group.radius = Math.max(reach, 24, group.radius + (reach - group.radius) * 0.06)
      if (members === 0) this.all.delete(group.id)
    }
    this.#simulation.nodes([...this.all.values()])
  }

  /** Spreads the groups along the longer side of the screen. */
  fit(width: number, height: number): void {
    const aspect = Math.sqrt(Math.min(2.4, Math.max(0.4, width / (height || 1))))
    this.#isWide = width >= height
    this.#toCenterX.strength(0.05 / aspect ** 2)
    this.#toCenterY.strength(0.05 * aspect ** 4)
  }

  /** Moves the groups by one step. */
  tick(): void {
    this.#simulation.tick()
  }
}
